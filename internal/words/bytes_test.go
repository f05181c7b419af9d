package words

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSizesAreWrittenAsPeopleGiveThem(t *testing.T) {
	for n, want := range map[uint64]string{
		10_000_000_000: "10 GB", 1_500_000: "1.5 MB", 256 << 20: "256 MiB", 1: "1 B", 1024: "1.0 KiB", 123_456_789: "123,456,789 bytes",
	} {
		require.Equal(t, want, Bytes(n))
	}
}

func TestSizesAreReadExactly(t *testing.T) {
	for text, want := range map[string]int64{
		"0B": 0, "16KB": 16_000, "1 kB": 1000, " 1.5KiB ": 1536, "10mIB": 10 << 20, "2 MB": 2_000_000, "1GiB": 1 << 30, "0.29GB": 290_000_000,
		"3TB": 3e12, "1PiB": 1 << 50, "1.1GiB": 1181116006, "0.5B": 0, "9223372036854775807B": 1<<63 - 1,
	} {
		got, err := ParseBytes(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]error{
		"": ErrNoBytes, "B": ErrNoBytes, "1": ErrNoBytes, "1.2.3MB": ErrNoBytes, "-1MB": ErrNoBytes, "1e3B": ErrNoBytes, "1,000B": ErrNoBytes, "1XB": ErrNoBytes,
		"NaNB": ErrNoBytes, "1/2MB": ErrNoBytes, "10Mb": ErrBits, "1b": ErrBits, "9223372036854775808B": ErrMany, "1e999999999B": ErrNoBytes, "9999999PB": ErrMany,
	} {
		_, err := ParseBytes(text)
		require.ErrorIs(t, err, want, text)
	}
}

// TestOneParserReadsSizes keeps a second one from coming in.
func TestOneParserReadsSizes(t *testing.T) {
	require.NoError(t, filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && (e.Name() == "node_modules" || e.Name() == ".git"):
			return filepath.SkipDir
		}
		if e.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		data, err := os.ReadFile(path)
		require.NotContains(t, string(data), "humanize.ParseB"+"ytes", path)
		return err
	}))
}
