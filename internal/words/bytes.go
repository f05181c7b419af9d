package words

import (
	"errors"
	"math/big"
	"strings"

	"github.com/dustin/go-humanize"
)

// ByteUnits are the units of sizes, for messages.
const ByteUnits = "B, kB, MB, GB, TB, PB (powers of 1000) or KiB, MiB, GiB, TiB, PiB (powers of 1024)"

// What [ParseBytes] finds wrong.
var (
	ErrNoBytes = errors.New("want digits and at most one point, and a unit behind them: " + ByteUnits)
	ErrBits    = errors.New("b stands for bits, which are not bytes: want " + ByteUnits)
	ErrMany    = errors.New("want less than 2^63 bytes")
)

// byteUnits are the units but for the B that ends each; their letters may be of any case.
var byteUnits = map[string]int64{
	"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15,
	"ki": 1 << 10, "mi": 1 << 20, "gi": 1 << 30, "ti": 1 << 40, "pi": 1 << 50,
}

// ParseBytes reads a size with its unit, such as 500MB (10^6), 256MiB (2^20) or 1.5 GB, exactly; a part of a byte is left out.
// Everything that people write as a size is read by it. The error is [ErrNoBytes], [ErrBits] or [ErrMany].
func ParseBytes(text string) (int64, error) {
	size := strings.TrimSpace(text)
	i := strings.LastIndexAny(size, "0123456789.") + 1
	digits, unit := size[:i], strings.TrimSpace(size[i:])
	letters, isBytes := strings.CutSuffix(unit, "B")
	if !isBytes {
		letters = strings.TrimSuffix(unit, "b")
	}
	scale, isKnown := byteUnits[strings.ToLower(letters)]
	n, isNumber := new(big.Rat).SetString(digits)
	switch {
	case !isKnown || !isNumber || unit == letters || strings.Trim(digits, "0123456789.") != "":
		return 0, ErrNoBytes
	case !isBytes:
		return 0, ErrBits
	}
	n.Mul(n, new(big.Rat).SetInt64(scale))
	whole := new(big.Int).Quo(n.Num(), n.Denom())
	if !whole.IsInt64() {
		return 0, ErrMany
	}
	return whole.Int64(), nil
}

// Bytes writes a size exactly, in the units in which it is short: "10 GB" (10^9) or "256 MiB" (2^20); what is short in neither
// is a number of bytes.
func Bytes(n uint64) string {
	for _, write := range []func(uint64) string{humanize.Bytes, humanize.IBytes} {
		text := write(n)
		if read, err := ParseBytes(text); err == nil && uint64(read) == n {
			return text
		}
	}
	return humanize.Comma(int64(n)) + " bytes"
}
