package text_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/text"
)

func open(t *testing.T, data string, required, optional []string) *text.Table {
	t.Helper()
	rows, err := text.OpenTable("t.csv", strings.NewReader(data), required, optional, nil)
	require.NoError(t, err)
	return rows
}

func TestTheFirstRowThatIsWrongCounts(t *testing.T) {
	rows := open(t, "a,b\n1,x\n2,y\n", []string{"a"}, []string{"b", "c"})
	require.True(t, rows.Next())
	require.Equal(t, 2, rows.Line())
	require.Equal(t, 1.0, rows.Number("a", 0, 1))
	require.Equal(t, "x", rows.Required("b"))
	require.False(t, rows.Has("c"))
	require.NoError(t, rows.Err())
	require.True(t, rows.Next())
	require.Zero(t, rows.Number("a", 0, 1))
	require.Zero(t, rows.Number("b", 0, 1))
	require.EqualError(t, rows.Err(), "t.csv:3: column a: value \"2\": want a number from 0 to 1\nt.csv:3: column b: value \"y\": want a number from 0 to 1")
	require.False(t, rows.Next(), "nothing is read after an error")
}

func TestTextsOutliveTheirRow(t *testing.T) {
	rows := open(t, "a\nfirst\nother\n", []string{"a"}, nil)
	require.True(t, rows.Next())
	first := rows.Text("a")
	require.True(t, rows.Next())
	require.Equal(t, "other", rows.Text("a"))
	require.Equal(t, "first", first)
	require.False(t, rows.Next())
	require.NoError(t, rows.Err())
}

func TestBadRowsAreCollected(t *testing.T) {
	read := func(most int) (good []string, err error) {
		rows := open(t, "a,b\n1,x\n2,\nz,y\n3\n4,\"w\n", []string{"a", "b"}, nil)
		rows.Collect(most)
		for rows.Next() {
			a, b := rows.Number("a", 0, 1), rows.Required("b")
			if a == 1 {
				good = append(good, b)
			}
		}
		return good, rows.Err()
	}
	for most, want := range map[int][]string{
		9: {
			`t.csv:3: column a: value "2": want a number from 0 to 1`, `t.csv:3: column b: value "": want a text that is not empty`, `t.csv:4: column a: value "z": want a number from 0 to 1`,
			"t.csv:5: 1 fields: want 2, as many as the header has", `t.csv:6: extraneous or missing " in quoted-field`,
		},
		2: {
			`t.csv:3: column a: value "2": want a number from 0 to 1`, `t.csv:3: column b: value "": want a text that is not empty`, `t.csv:4: column a: value "z": want a number from 0 to 1`,
			"t.csv: these are the first 2 bad rows; there may be more",
		},
		1: {`t.csv:3: column a: value "2": want a number from 0 to 1`, `t.csv:3: column b: value "": want a text that is not empty`},
	} {
		good, err := read(most)
		require.Equal(t, []string{"x"}, good)
		require.EqualError(t, err, strings.Join(want, "\n"))
	}
}

// The same table in every dress that spreadsheets and statistics programs give it.
func TestATableIsTheSameInEveryDress(t *testing.T) {
	const plain = "id,lat_deg,note\na,1.5,Łódź\nb c,2,\n"
	for name, data := range map[string]string{
		"plain":              plain,
		"byte order mark":    "\ufeff" + plain,
		"CR LF":              strings.ReplaceAll(plain, "\n", "\r\n"),
		"CR":                 strings.ReplaceAll(plain, "\n", "\r"),
		"quotes":             "\"id\",\"lat_deg\",\"note\"\n\"a\",\"1.5\",\"Łódź\"\n\"b c\",\"2\",\"\"\n",
		"mark and quotes":    "\ufeff\"id\",\"lat_deg\",\"note\"\r\n\"a\",\"1.5\",\"Łódź\"\r\n\"b c\",\"2\",\"\"\r\n",
		"semicolons":         "id;lat_deg;note\na;1,5;Łódź\nb c;2;\n",
		"tabs":               "id\tlat_deg\tnote\na\t1.5\tŁódź\nb c\t2\t\n",
		"blanks":             " id , lat_deg, note\na , 1.5\t,Łódź \nb c,2,\n",
		"blanks in quotes":   "id,lat_deg,note\n\"a \",\" 1.5\",\"Łódź\"\nb c,2,\n",
		"capitals":           "ID,LAT_DEG,Note\na,1.5,Łódź\nb c,2,\n",
		"synonym":            "id,Latitude,note\na,1.5,Łódź\nb c,2,\n",
		"empty lines":        "\n\nid,lat_deg,note\n\na,1.5,Łódź\n\nb c,2,\n,,\n , ,\n",
		"comment":            "# made by hand\n#\nid,lat_deg,note\na,1.5,Łódź\nb c,2,\n",
		"no line end":        strings.TrimSuffix(plain, "\n"),
		"UTF-16LE mark":      "\xff\xfe" + utf16(plain, true),
		"UTF-16BE mark":      "\xfe\xff" + utf16(plain, false),
		"UTF-16LE mark CRLF": "\xff\xfe" + utf16(strings.ReplaceAll(plain, "\n", "\r\n"), true),
	} {
		t.Run(name, func(t *testing.T) {
			rows := open(t, data, []string{"id", "lat_deg|lat|latitude"}, []string{"note"})
			require.True(t, rows.Next())
			require.Equal(t, "a", rows.Required("id"))
			require.Equal(t, 1.5, rows.Number("lat_deg", -90, 90))
			require.Equal(t, "Łódź", rows.Text("note"))
			require.True(t, rows.Next())
			require.Equal(t, "b c", rows.Required("id"))
			require.False(t, rows.Has("note"))
			require.False(t, rows.Next())
			require.NoError(t, rows.Err())
		})
	}
}

// utf16 encodes letters of the basic plane.
func utf16(s string, little bool) string {
	var b strings.Builder
	for _, r := range s {
		if little {
			b.WriteByte(byte(r))
			b.WriteByte(byte(r >> 8))
		} else {
			b.WriteByte(byte(r >> 8))
			b.WriteByte(byte(r))
		}
	}
	return b.String()
}

func TestUTF16IsKnownWithoutAMark(t *testing.T) {
	for _, little := range []bool{true, false} {
		rows := open(t, utf16("id,lat\nLodz,1.5\n", little), []string{"id", "lat"}, nil)
		require.True(t, rows.Next())
		require.Equal(t, "Lodz", rows.Required("id"))
		require.Equal(t, 1.5, rows.Number("lat", -90, 90))
	}
}

func TestLinesAreCountedFromTheTopOfTheFile(t *testing.T) {
	for name, data := range map[string]string{
		"comments": "# one\n# two\n\na,b\n1,2\n9,2\n",
		"CR":       "# one\r# two\r\ra,b\r1,2\r9,2\r",
		"quoted":   "a,b\n1,\"x\ny\n\"\n1,\n9,3",
	} {
		rows := open(t, data, []string{"a", "b"}, nil)
		for rows.Next() {
			rows.Number("a", 0, 1)
		}
		require.EqualError(t, rows.Err(), `t.csv:6: column a: value "9": want a number from 0 to 1`, name)
	}
}

func TestHeadersAreRefusedWhereTheyAreNotClear(t *testing.T) {
	for data, want := range map[string]string{
		"":                        "t.csv:1: empty file: want a header with the columns id, lat_deg",
		"id,id,lat\n":             `t.csv:1: column "id" given twice`,
		"id,ID,lat\n":             `t.csv:1: column "ID" given twice`,
		"id,x,X ,lat\n":           `t.csv:1: column "X" given twice`,
		"id,lat,latitude\n":       `t.csv:1: columns "lat" and "latitude" both stand for lat_deg: want one of them`,
		"id,y\n":                  `t.csv:1: column "lat_deg" is missing; there are "id", "y"`,
		"\xff\xfe\x00\x00i\x00":   "t.csv: line 1: this is UTF-32; want UTF-8",
		"root:$6$" + long + ":1:": `t.csv:1: column "id" is missing; there are "root:$6$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…"`,
	} {
		_, err := text.OpenTable("t.csv", strings.NewReader(data), []string{"id", "lat_deg|lat|latitude"}, nil, nil)
		require.Error(t, err, data)
		require.Equal(t, strings.Replace(want, "t.csv: line 1", "t.csv:1", 1), err.Error(), data)
	}
}

var long = strings.Repeat("a", 1000)

func TestColumnsThatAreNotReadAreNamed(t *testing.T) {
	var told []string
	rows, err := text.OpenTable("t.csv", strings.NewReader("id,Colour,\"\",note,size\na,1,2,3,4\n"), []string{"id"}, []string{"note", "lat_deg|lat"}, func(s string) { told = append(told, s) })
	require.NoError(t, err)
	require.True(t, rows.Next())
	require.Equal(t, []string{`t.csv:1: not read: columns "colour", "size"; known are id, note, lat_deg`}, told)
}

func TestNoRowFillsTheMemory(t *testing.T) {
	for name, data := range map[string]string{
		"a cell":             "a,b\n1,2\n1," + strings.Repeat("x", 3<<20),
		"a quote left open":  "a,b\n1,2\n1,\"" + strings.Repeat("1,2\n", 1<<20),
		"a header of blanks": strings.Repeat(" ", 3<<20),
	} {
		rows, err := text.OpenTable("t.csv", strings.NewReader(data), []string{"a"}, nil, nil)
		if err == nil {
			for rows.Next() {
			}
			err = rows.Err()
		}
		require.ErrorContains(t, err, "a row of more than 1048576 bytes begins here", name)
		require.Less(t, len(err.Error()), 200)
	}
	endless := text.Limit(zeros{}, 1<<20)
	_, err := text.NewReader(endless).Discard(2 << 20)
	require.ErrorContains(t, err, "it has more than 1048576 bytes")
}

// zeros is a file without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

func TestTheHeaderMayStandBehindASign(t *testing.T) {
	for table, want := range map[string][]string{
		"#a,b\n1,2\n":                   {"1 a b", "2 1 2"},
		"# one, two\n#\"a\" , b\n1,2\n": {"2 a b", "3 1 2"},
		"# one, two\na,b\n1,2\n":        {"2 a b", "3 1 2"}, // a comment, for the names are below it
		"# one\n1,2\n":                  {"2 1 2"},
		"# 3,4\n1,2\n":                  {"2 1 2"},
		"sep=;\na;b\n1;2\n":             {"2 a b", "3 1 2"},
		"\"sep=\t\"\r\na\tb,\n1\t2\n":   {"2 a b,", "3 1 2"},
		"sep=x\n1\n":                    {"1 sep=x", "2 1"},
		"sep=;":                         nil,
	} {
		cells := text.NewCells(text.NewReader(strings.NewReader(table)))
		var rows []string
		for {
			row, err := cells.Read()
			if err == io.EOF {
				break
			}
			require.NoError(t, err, table)
			rows = append(rows, fmt.Sprint(cells.Line(), " ", strings.Join(row, " ")))
		}
		require.Equal(t, want, rows, table)
	}
}
