package invalid

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesAreWhatPicturesCanShow(t *testing.T) {
	for _, name := range []string{"", "region + PoPs, 1 GiB", "São Paulo", "東京", "<b>&", "=1+1", strings.Repeat("é", 200)} {
		require.NoError(t, Name("Name", name), name)
	}
	for name, want := range map[string]string{
		"a\nb":                      `Name is "a\nb"; want printable text: no control characters, no line ends`,
		"\x1b[2J":                   `Name is "\x1b[2J"; want printable text: no control characters, no line ends`,
		"a\ufffe":                   `Name is "a\ufffe"; want printable text: no control characters, no line ends`,
		"a\xff":                     `Name is "a\xff"; want printable text: no control characters, no line ends`,
		" a":                        `Name is " a"; want no blanks at its ends`,
		strings.Repeat("x", 201):    `Name is "` + strings.Repeat("x", 40) + `"... of 201 characters; want 200 characters at most`,
		strings.Repeat("x", 10_000): `Name is "` + strings.Repeat("x", 40) + `"... of 10000 characters; want 200 characters at most`,
	} {
		require.EqualError(t, Name("Name", name), want)
	}
}
