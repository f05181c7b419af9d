// Package words writes the parameters of figures as people read them, in tables, pictures and files alike.
package words

import (
	"strconv"
	"strings"
	"time"
)

// Quantile returns "p99.9" for 0.999.
func Quantile(p float64) string { return "p" + strconv.FormatFloat(100*p, 'g', 6, 64) }

// Signed writes a difference with its sign and so many decimals: "+1.5", "-0.2"; what rounds to nothing has no sign: "0.0".
func Signed(x float64, decimals int) string {
	text := strconv.FormatFloat(x, 'f', decimals, 64)
	switch unsigned := strings.TrimPrefix(text, "-"); {
	case strings.Trim(unsigned, "0.") == "":
		return unsigned
	case unsigned == text:
		return "+" + text
	}
	return text
}

// Duration writes a duration with a space before its unit, in the unit that suits it: "50 ms", and hours and minutes as files write them: "1h30m".
func Duration(d time.Duration) string {
	switch {
	case d >= time.Minute || d == 0:
		text := d.String()
		if d > 0 && strings.HasSuffix(text, "m0s") {
			text = strings.TrimSuffix(text, "0s")
		}
		if strings.HasSuffix(text, "h0m") {
			text = strings.TrimSuffix(text, "0m")
		}
		return text
	case d >= time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + " s"
	case d >= time.Microsecond:
		return strconv.FormatFloat(float64(d)/1e6, 'f', -1, 64) + " ms"
	}
	return strconv.FormatInt(int64(d), 10) + " ns"
}
