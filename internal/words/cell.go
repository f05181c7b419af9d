package words

import (
	"strconv"
	"strings"
)

// Cell returns a text as a cell of CSV that no spreadsheet takes for a formula: with an apostrophe before it where it
// begins with a sign that starts one and is neither that alone nor a number (OWASP: "CSV Injection").
func Cell(text string) string {
	if len(text) < 2 || !strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return "'" + text
}
