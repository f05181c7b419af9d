package matrix

import (
	"fmt"
	"io"
	"strings"
)

// comment writes each line of a text as a comment, whose mark is put before it. Errors are the writer's own to tell.
func comment(w io.Writer, mark, text string) {
	for line := range strings.Lines(text) {
		fmt.Fprintln(w, mark+strings.TrimRight(line, "\r\n"))
	}
}
