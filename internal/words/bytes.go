package words

import "github.com/dustin/go-humanize"

// Bytes writes a size exactly, in the units in which it is short: "10 GB" (10^9) or "256 MiB" (2^20); what is short in neither
// is a number of bytes.
func Bytes(n uint64) string {
	for _, write := range []func(uint64) string{humanize.Bytes, humanize.IBytes} {
		text := write(n)
		if read, err := humanize.ParseBytes(text); err == nil && read == n {
			return text
		}
	}
	return humanize.Comma(int64(n)) + " bytes"
}
