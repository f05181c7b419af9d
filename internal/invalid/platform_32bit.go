//go:build 386 || arm || mips || mipsle

package invalid

// Every package imports this one. On a 32-bit platform the next line does not compile, and so says why.
const _ int = "edgewise needs a 64-bit platform, such as amd64 or arm64: it counts objects, bytes and nanoseconds in int"
