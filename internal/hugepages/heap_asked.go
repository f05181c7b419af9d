//go:build linux && !race && !msan && !asan

package hugepages

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// pageBytes is the size of huge pages where others have 4 KiB.
const pageBytes = 2 << 20

// given reports whether the system gives huge pages to those that ask, and nothing bounds what may be set aside.
func given() bool {
	return systemGives() && debug.SetMemoryLimit(-1) == math.MaxInt64 // what is set aside would count; a program may say so at any time
}

// systemGives reports whether the system gives huge pages of that size to those that ask, and as many addresses as anybody wants.
var systemGives = sync.OnceValue(func() bool {
	const settings = "/sys/kernel/mm/transparent_hugepage/"
	enabled := read(settings + "enabled")
	var limit unix.Rlimit
	return enabled != "" && !strings.Contains(enabled, "[never]") && read(settings+"hpage_pmd_size") == "2097152" &&
		read("/proc/sys/vm/overcommit_memory") != "2" && // each address counts as memory
		unix.Getrlimit(unix.RLIMIT_AS, &limit) == nil && limit.Cur == unix.RLIM_INFINITY
})

// read returns what a file of the system says, nothing where there is none.
func read(name string) string {
	text, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(bytes.TrimSpace(text))
}

// setAside lets the heap grow by so many bytes at once, asks for huge pages for these, and leaves them to the heap.
func setAside(n int64) {
	advise(int(n))
	runtime.GC() // else what was set aside would count as in use, and the heap could grow by as much again before anything is collected
}

// advise makes an array that is never written, but for its first byte, and asks for huge pages for all of it.
func advise(n int) {
	var array strings.Builder
	array.Grow(n + pageBytes) // Go clears what it makes in other ways
	array.WriteByte(0)
	from := unsafe.Pointer(unsafe.StringData(array.String()))
	whole := unsafe.Slice((*byte)(unsafe.Add(from, -uintptr(from)%pageBytes)), n&^(pageBytes-1))
	_ = unix.Madvise(whole, unix.MADV_HUGEPAGE) // where that fails pages have the usual size
	runtime.KeepAlive(&array)
}
