package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNamesAreNoMarkdown(t *testing.T) {
	var out strings.Builder
	n, err := markdownWriter{&out}.Write([]byte("## <script>alert(1)</script> & *x* `y` [z](u)\n| a<br/>b |\n"))
	require.NoError(t, err)
	require.Equal(t, 58, n)
	require.Equal(t, "## &lt;script&gt;alert(1)&lt;/script&gt; &amp; \\*x\\* \\`y\\` \\[z\\](u)\n| a<br/>b |\n", out.String())
}
