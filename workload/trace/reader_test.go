package trace

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// readAll returns all requests of a trace, or the error that ended it.
func readAll(data []byte, name string, options Options) ([]Request, error) {
	r, err := NewReader(bytes.NewReader(data), name, options)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var all []Request
	for {
		request, err := r.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, request)
	}
}

// fileSource is a file to load.
func fileSource(path string) Source {
	return Source{Name: path, Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// convert converts a file, which must be whole.
func convert(t *testing.T, to string, format Format, from string) {
	t.Helper()
	_, err := Convert(context.Background(), to, format, fileSource(from), ConvertOptions{})
	require.NoError(t, err)
}

func record(seconds uint32, key uint64, size uint32, next int64) []byte {
	var b []byte
	b = binary.LittleEndian.AppendUint32(b, seconds)
	b = binary.LittleEndian.AppendUint64(b, key)
	b = binary.LittleEndian.AppendUint32(b, size)
	return binary.LittleEndian.AppendUint64(b, uint64(next))
}

func oracle(records ...[]byte) []byte { return bytes.Join(records, nil) }

func TestFormatsAreRead(t *testing.T) {
	three := []Request{
		{Time: 0, Key: 5, SizeBytes: 100, Next: -1},
		{Time: 1500 * time.Millisecond, Key: math.MaxUint64, SizeBytes: 1, Next: -1},
		{Time: 2 * time.Second, Key: 5, SizeBytes: 110, Next: -1},
	}
	keysOnly := []Request{{Key: 5, SizeBytes: 1, Next: -1}, {Key: parseKey([]byte("a/b.html")), SizeBytes: 1, Next: -1}}
	tests := []struct {
		name, file, data string
		options          Options
		want             []Request
	}{
		{"text by its fields", "", "0 5 100\n1.5\t18446744073709551615  1\n\n2 5 110", Options{}, three},
		{"text with Windows line ends", "", "0 5 100\r\n1.5 18446744073709551615 1\r\n2 5 110\r\n", Options{}, three},
		{"text in milliseconds", "x.txt", "0 5 100\n1500 18446744073709551615 1\n2000 5 110\n", Options{TimeUnit: time.Millisecond}, three},
		{"usual column names", "x.csv", "size,id,timestamp\n100,5,0\n1,18446744073709551615,1.5\n110,5,2\n", Options{}, three},
		{"named columns", "", "a,b,c\n0,100,5\n1.5,1,18446744073709551615\n2,110,5\n",
			Options{TimeColumn: "a", SizeColumn: "B", KeyColumn: "c"}, three},
		{"only a key column", "", "url,status\n5,200\na/b.html,200\n", Options{}, keysOnly},
		{"ids", "", "5\na/b.html\n", Options{}, keysOnly},
		{"oracle", "", string(oracle(record(0, 5, 100, 3), record(7, 6, 1, -1), record(8, 5, 100, math.MaxInt64))), Options{},
			[]Request{{Key: 5, SizeBytes: 100, Next: 3}, {Time: 7 * time.Second, Key: 6, SizeBytes: 1, Next: -1}, {Time: 8 * time.Second, Key: 5, SizeBytes: 100, Next: -1}}},
		{"an empty trace of known format", "x.csv", "id\n", Options{}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readAll([]byte(tt.data), tt.file, tt.options)
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestDamageIsAnErrorWithItsPlace(t *testing.T) {
	whole := oracle(record(0, 5, 100, 3), record(7, 6, 1, -1), record(8, 5, 100, -1))
	tests := []struct {
		name, data string
		options    Options
		want       string
	}{
		{"a cut record", string(whole[:60]), Options{Format: Oracle}, "byte 48: the trace ends 12 bytes into a record of 24"},
		{"cut between records", string(whole[:48]), Options{Format: Oracle}, "byte 48: request 1 says that its object comes again in request 3, but the trace ends after 2"},
		{"next in the past", string(oracle(record(0, 5, 1, -1), record(0, 5, 1, 1))), Options{Format: Oracle}, "byte 40: request 2 has next 1"},
		{"two fields", "1 2 3\n1 2\n", Options{Format: TIS}, `line 2: "1 2" has 2 fields`},
		{"no size", "1 2 x\n", Options{Format: TIS}, `line 1: size is "x"; it must be a whole number from 0`},
		{"negative size", "1 2 -3\n", Options{Format: TIS}, `size is "-3"`},
		{"immense size", "1 2 9000000000000000000\n", Options{Format: TIS}, `from 0 to 1125899906842624`},
		{"no time", "\n\nx 2 3\n", Options{Format: TIS}, `line 3: time is "x"`},
		{"time in another unit", "1700000000000 2 3\n", Options{Format: TIS}, "another unit is meant"},
		{"not a number", "NaN 2 3\n", Options{Format: TIS}, `time is "NaN"`},
		{"endless line", strings.Repeat("x", 1<<21), Options{Format: IDs}, "line 1: it is longer than"},
		{"binary as ids", "5\n\x006\n", Options{Format: IDs}, "line 2: it has a zero byte"},
		{"no header", "", Options{Format: CSV}, "line 1: the header is missing"},
		{"no key column", "a,b\n1,2\n", Options{Format: CSV}, `none of the columns "a", "b" is the key`},
		{"column that is not there", "id,b\n1,2\n", Options{Format: CSV, SizeColumn: "bytes"}, `there is no column "bytes"; there are "id", "b"`},
		{"short row", "id,size\n1,2\n3\n", Options{Format: CSV}, "line 3: 1 fields: want 2, as many as the first row has"},
		{"open quote", "id,size\n1,2\n\"3,4\n", Options{Format: CSV}, "line 3: "},
		{"bad size", "id,size\n1,2\n\n3,4.5\n", Options{Format: CSV}, `line 4: size is "4.5"`},
		{"no key", "id,size\n,2\n", Options{Format: CSV}, `line 2: the key is empty`},
		{"empty", "", Options{}, "the trace is empty"},
		{"no known format", "a b c d\n", Options{}, "is of no known format"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readAll([]byte(tt.data), "file.x", tt.options)
			require.ErrorContains(t, err, tt.want)
			require.ErrorContains(t, err, "trace: file.x: ")
		})
	}
}

func TestFurtherColumnsAreReadByName(t *testing.T) {
	options := Options{FurtherColumns: []string{"city", "LAT"}}
	r, err := NewReader(strings.NewReader("lat,url,City\n1.5,a,rome\n\n2,b,\n"), "f.csv", options)
	require.NoError(t, err)
	require.False(t, r.HasTimes())
	_, err = r.Read()
	require.NoError(t, err)
	require.Equal(t, "rome", r.Further(0))
	require.Equal(t, "1.5", r.Further(1))
	_, err = r.Read()
	require.NoError(t, err)
	require.EqualError(t, r.WrongFurther(0, "a name, %d letters at most", 9), `trace: f.csv: line 4: city is ""; it must be a name, 9 letters at most`)
	_, err = NewReader(strings.NewReader("id,b\n1,2\n"), "f.csv", options)
	require.ErrorContains(t, err, `there is no column "city"; there are "id", "b"`)
	_, err = NewReader(strings.NewReader("1 2 3\n"), "", options)
	require.ErrorContains(t, err, `a column is to be "city", but the format is tis`)
}

func TestErrorsStay(t *testing.T) {
	r, err := NewReader(strings.NewReader("1 2 3\n1 2\n1 2 3\n"), "", Options{Format: TIS})
	require.NoError(t, err)
	_, err = r.Read()
	require.NoError(t, err)
	_, first := r.Read()
	require.Error(t, first)
	_, second := r.Read()
	require.Equal(t, first, second)
}

func TestCompressedTracesAreReadAndCutOnesRefused(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain.tis")
	var text strings.Builder
	for i := range 20_000 {
		text.WriteString(strings.Repeat("7", i%9+1) + " " + strings.Repeat("8", i%7+1) + " 12\n")
	}
	require.NoError(t, os.WriteFile(plain, []byte(text.String()), 0o600))
	want, err := readAll([]byte(text.String()), "", Options{})
	require.NoError(t, err)
	for _, ending := range []string{".gz", ".zst", ".xz"} {
		t.Run(ending, func(t *testing.T) {
			packed := filepath.Join(dir, "packed.tis"+ending)
			convert(t, packed, TIS, plain)
			data, err := os.ReadFile(packed)
			require.NoError(t, err)
			require.Less(t, len(data), text.Len()/4)
			got, err := readAll(data, packed, Options{})
			require.NoError(t, err)
			require.Equal(t, want, got)
			for _, length := range []int{3, 8, 40, len(data) / 2, len(data) - 9, len(data) - 1} {
				_, err := readAll(data[:length], "packed.tis"+ending, Options{})
				require.Error(t, err, "cut to %d of %d bytes", length, len(data))
			}
			damaged := bytes.Clone(data)
			damaged[len(data)/2] ^= 0x55
			_, err = readAll(damaged, "", Options{Format: TIS})
			require.Error(t, err)
		})
	}
}

func TestConversionsKeepEverythingAFormatHolds(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "a.tis")
	require.NoError(t, os.WriteFile(from, []byte("0 5 100\n1 6 1\n2 5 110\n3 7 0\n"), 0o600))
	original, err := readAll([]byte("0 5 100\n1 6 1\n2 5 110\n3 7 0\n"), "", Options{})
	require.NoError(t, err)
	for _, format := range []Format{TIS, CSV, Oracle} {
		to := filepath.Join(dir, "to."+format.String())
		convert(t, to, format, from)
		data, err := os.ReadFile(to)
		require.NoError(t, err)
		got, err := readAll(data, "", Options{Format: format})
		require.NoError(t, err)
		want := append([]Request(nil), original...)
		if format == Oracle {
			want[0].Next = 3
		}
		require.Equal(t, want, got)
	}
	to := filepath.Join(dir, "to.ids")
	convert(t, to, IDs, from)
	data, err := os.ReadFile(to)
	require.NoError(t, err)
	require.Equal(t, "5\n6\n5\n7\n", string(data))
}

func TestAFailedConversionLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "a.tis")
	require.NoError(t, os.WriteFile(from, []byte("0 5 100\n1 6\n"), 0o600))
	_, err := Convert(context.Background(), filepath.Join(dir, "b.csv"), CSV, fileSource(from), ConvertOptions{})
	require.ErrorContains(t, err, "line 2")
	require.NoError(t, os.WriteFile(from, []byte("0 5 99999999999\n"), 0o600))
	_, err = Convert(context.Background(), filepath.Join(dir, "b.bin"), Oracle, fileSource(from), ConvertOptions{})
	require.ErrorContains(t, err, "request 1: size is 99999999999")
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, left, 1)
}

func TestReadDenseNumbersObjectsInOrder(t *testing.T) {
	read := func(text string) (*Dense, error) {
		r, err := NewReader(strings.NewReader(text), "t", Options{Format: TIS})
		require.NoError(t, err)
		return ReadDense(r)
	}
	d, err := read("0 9 10\n1 5 20\n2 9 10\n3 4 0\n4 7 30\n")
	require.NoError(t, err)
	require.Equal(t, &Dense{IDs: []uint32{0, 1, 0, 2}, Keys: []uint64{9, 5, 7}, ObjectSizes: []int64{10, 20, 30},
		FootprintBytes: 60, Empty: 1}, d)

	d, err = read("0 9 10\n1 5 20\n2 9 11\n3 5 20\n")
	require.NoError(t, err)
	require.Equal(t, &Dense{IDs: []uint32{0, 1, 0, 1}, Keys: []uint64{9, 5}, RequestSizes: []int64{10, 20, 11, 20},
		FootprintBytes: 30}, d)

	d, err = read("0 9 10\n1 5 20\n2 9\n")
	require.ErrorContains(t, err, "trace: t: line 3")
	require.Nil(t, d)
}

func TestKeysOfTextAreNumbersOrHashes(t *testing.T) {
	require.Equal(t, uint64(0), parseKey([]byte("0")))
	require.Equal(t, uint64(18446744073709551615), parseKey([]byte("18446744073709551615")))
	require.NotEqual(t, uint64(7), parseKey([]byte("007")))
	require.NotEqual(t, parseKey([]byte("7")), parseKey([]byte("+7")))
	// FNV-1a of "a" (http://www.isthe.com/chongo/tech/comp/fnv/, test vectors).
	require.Equal(t, uint64(0xaf63dc4c8601ec8c), parseKey([]byte("a")))
}
