package look_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/font"

	"github.com/edgewise-sim/edgewise/internal/look"
)

func TestCharactersThatTheFontLacksAreMarkedAndMeasured(t *testing.T) {
	style := look.Text(look.LabelSize, look.Ink)
	face := font.DefaultCache.Lookup(style.Font, style.Font.Size)
	for txt, want := range map[string]string{
		"São Paulo, Київ, Ελλάδα": "São Paulo, Київ, Ελλάδα", "東京 (Tokyo)": "□□ (Tokyo)", "☃": "□", "□": "□", "": "",
	} {
		require.Equal(t, want, look.Visible(face, txt))
		require.Equal(t, want != txt, look.HasMissing(face, txt))
	}
	require.Equal(t, face.Width("plain text"), style.Width("plain text"))
	require.Equal(t, face.Width("WW"), style.Width("東京"))
	require.GreaterOrEqual(t, style.Width("東京"), face.Width("□□"))
}
