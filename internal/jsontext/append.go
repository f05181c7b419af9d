// Package jsontext appends JSON to bytes as package encoding/json writes it, for values of which there are many.
package jsontext

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// AppendString appends a string with its quotes.
func AppendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // a string has no error
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// AppendFloat appends a number so that reading it gives the same bits. The error says that it is none.
func AppendFloat(b []byte, x float64) ([]byte, error) {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return b, fmt.Errorf("%v is no number that JSON has", x)
	}
	size := math.Abs(x)
	if size == 0 || size >= 1e-6 && size < 1e21 {
		return strconv.AppendFloat(b, x, 'f', -1, 64), nil
	}
	b = strconv.AppendFloat(b, x, 'e', -1, 64)
	if n := len(b); b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' { // e-09 is written e-9
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b, nil
}

// AppendIndent appends compact JSON as [json.Indent] writes it, which checks besides that it is JSON: every element and
// every field on a line of its own, which begins with prefix and indent once a level.
func AppendIndent(b, compact []byte, prefix, indent string) []byte {
	level := 0
	newline := func() {
		b = append(append(b, '\n'), prefix...)
		for range level {
			b = append(b, indent...)
		}
	}
	for i := 0; i < len(compact); i++ {
		switch c := compact[i]; c {
		case '"':
			end := i + 1
			for ; compact[end] != '"'; end++ {
				if compact[end] == '\\' {
					end++
				}
			}
			b = append(b, compact[i:end+1]...)
			i = end
		case '{', '[':
			b = append(b, c)
			if closer := compact[i+1]; closer == c+2 { // ] and } stand two behind [ and {
				b = append(b, closer)
				i++
				continue
			}
			level++
			newline()
		case '}', ']':
			level--
			newline()
			b = append(b, c)
		case ',':
			b = append(b, c)
			newline()
		case ':':
			b = append(b, c, ' ')
		default:
			b = append(b, c)
		}
	}
	return b
}
