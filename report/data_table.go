package report

import (
	"encoding/csv"
	"io"
	"sort"
	"strconv"

	"github.com/parquet-go/parquet-go"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/stats"
)

// A dataTable is a table for other programs.
type dataTable struct {
	// name is that of the schema in Parquet.
	name    string
	columns []dataColumn
	// rows calls a function with every row, whose cells are in the order of the columns.
	rows func(row func([]cell))
}

// A dataColumn is one of a table.
type dataColumn struct {
	name string
	// isNumber says that its cells are numbers, isWhole whole ones.
	isNumber, isWhole bool
}

// A cell is a text, or a number, which may be absent.
type cell struct {
	text    string
	number  float64
	isThere bool
}

func textCell(s string) cell { return cell{text: s, isThere: s != ""} }

func numberCell(x float64, isThere bool) cell { return cell{number: x, isThere: isThere} }

func wholeCell(n int) cell { return numberCell(float64(n), true) }

// estimateCells returns value, low and high.
func estimateCells(e stats.Estimate) []cell {
	return []cell{numberCell(e.Value, e.HasValue()), numberCell(e.Low, e.HasInterval()), numberCell(e.High, e.HasInterval())}
}

// texts, numbersOf and wholes return columns of a kind.
func texts(names ...string) []dataColumn { return columnsLike(dataColumn{}, names) }

func numbersOf(names ...string) []dataColumn { return columnsLike(dataColumn{isNumber: true}, names) }

func wholes(names ...string) []dataColumn {
	return columnsLike(dataColumn{isNumber: true, isWhole: true}, names)
}

func columnsLike(c dataColumn, names []string) (all []dataColumn) {
	for _, c.name = range names {
		all = append(all, c)
	}
	return all
}

// writeCSV writes the table with a header. What is absent is empty.
func (t *dataTable) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	line := make([]string, len(t.columns))
	for i, c := range t.columns {
		line[i] = words.Cell(c.name)
	}
	_ = out.Write(line) // csv.Writer keeps its first error
	var numbers []byte  // of a row, of which the cells are parts
	ends := make([]int, len(t.columns))
	t.rows(func(cells []cell) {
		numbers = numbers[:0]
		for i, c := range cells {
			if column := &t.columns[i]; c.isThere && column.isWhole {
				numbers = strconv.AppendInt(numbers, int64(c.number), 10)
			} else if c.isThere && column.isNumber {
				numbers = strconv.AppendFloat(numbers, c.number, 'g', -1, 64) // as exact
			}
			ends[i] = len(numbers)
		}
		all, from := string(numbers), 0
		for i, c := range cells {
			line[i] = all[from:ends[i]]
			from = ends[i]
			if !t.columns[i].isNumber {
				line[i] = words.Cell(c.text)
			}
		}
		_ = out.Write(line)
	})
	out.Flush()
	return out.Error()
}

// writeParquet writes the table as Parquet, compressed by zstd: numbers as doubles, whole ones as 64-bit integers, and what is absent
// as null. Columns are in the order of their names, as the library has them.
func (t *dataTable) writeParquet(w io.Writer) error {
	group := make(parquet.Group)
	var names []string
	for _, c := range t.columns {
		node := parquet.String()
		switch {
		case c.isWhole:
			node = parquet.Int(64)
		case c.isNumber:
			node = parquet.Leaf(parquet.DoubleType)
		}
		group[c.name] = parquet.Optional(node)
		names = append(names, c.name)
	}
	sort.Strings(names)
	place := make(map[string]int)
	for i, name := range names {
		place[name] = i
	}
	out := parquet.NewGenericWriter[any](w, parquet.NewSchema(t.name, group), parquet.Compression(&parquet.Zstd))
	var failed error
	row := make(parquet.Row, len(t.columns))
	t.rows(func(cells []cell) {
		if failed != nil {
			return
		}
		for i, c := range cells {
			at := place[t.columns[i].name]
			v := parquet.NullValue()
			level := 0
			if c.isThere {
				level = 1
				switch {
				case t.columns[i].isWhole:
					v = parquet.Int64Value(int64(c.number))
				case t.columns[i].isNumber:
					v = parquet.DoubleValue(c.number)
				default:
					v = parquet.ByteArrayValue([]byte(c.text))
				}
			}
			row[at] = v.Level(0, level, at)
		}
		_, failed = out.WriteRows([]parquet.Row{row})
	})
	if failed != nil {
		return failed
	}
	return out.Close()
}
