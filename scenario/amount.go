package scenario

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/internal/words"
)

// An amount is a bound of a figure, or a difference that matters, as a file has it. Whether its unit is the figure's is seen once the
// figure has been found.
type amount struct {
	at      value
	written string
	unit    string // share, ms, bytes, or nothing
}

// amount reads a share in per cent, a time or a size with its unit, or a number. In *to stands the share of one, the milliseconds, the bytes
// or the number.
func (v value) amount(to *float64) amount {
	const want = "a share in per cent, a time with its unit, or a number, for example 85%, 40ms or 1200"
	a := amount{at: v}
	if v.asks(anAmount) {
		return a
	}
	s, ok := v.scalar(want)
	if !ok {
		return a
	}
	a.written = s
	number := func(digits string) (x float64, ok bool) {
		x, err := strconv.ParseFloat(digits, 64)
		return x, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
	}
	if digits, isShare := strings.CutSuffix(s, "%"); isShare {
		if x, ok := number(strings.TrimSpace(digits)); ok {
			*to, a.unit = x/100, "share"
			return a
		}
	} else if d, err := time.ParseDuration(s); err == nil && s != "0" {
		*to, a.unit = float64(d)/float64(time.Millisecond), "ms"
		return a
	} else if x, ok := number(strings.ReplaceAll(s, "_", "")); ok {
		*to = x
		return a
	} else if n, err := words.ParseBytes(s); err == nil {
		*to, a.unit = float64(n), "bytes"
		return a
	}
	v.problem("is %s; want %s", text.Quote(s), want)
	a.written = ""
	return a
}

// isOf reports whether the amount is written in the unit of a figure, and says at its place what is wanted where it is not. An amount
// that is not there, or that could not be read, is of every figure.
func (a amount) isOf(unit string) bool {
	switch {
	case a.written == "" || a.unit == unit:
	case unit == "share":
		a.at.problem("is %s of a share; want per cent, for example 95%%", text.Quote(a.written))
		return false
	case unit == "ms":
		a.at.problem("is %s of a latency; want a time with its unit, for example 80ms", text.Quote(a.written))
		return false
	case a.unit != "":
		a.at.problem("is %s of a figure in %s; want a number", text.Quote(a.written), unit)
		return false
	}
	return true
}
