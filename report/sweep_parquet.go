package report

import (
	"fmt"
	"io"
	"sort"

	"github.com/parquet-go/parquet-go"

	"github.com/edgewise-sim/edgewise/sweep"
)

// WriteSweepParquet writes the table of [WriteSweepCSV] as Parquet, compressed by zstd: numbers as doubles, whole ones as
// 64-bit integers, and what is absent as null. Columns are in the order of their names, as the library has them.
func WriteSweepParquet(w io.Writer, r *sweep.Result) error {
	columns := sweepColumns(r)
	group := make(parquet.Group)
	var names []string
	for _, c := range columns {
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
	out := parquet.NewGenericWriter[any](w, parquet.NewSchema("sweep", group), parquet.Compression(&parquet.Zstd))
	var failed error
	row := make(parquet.Row, len(columns))
	sweepRows(r, func(cells []sweepCell) {
		if failed != nil {
			return
		}
		for i, c := range cells {
			at := place[columns[i].name]
			v := parquet.NullValue()
			level := 0
			if c.isThere {
				level = 1
				switch {
				case columns[i].isWhole:
					v = parquet.Int64Value(int64(c.number))
				case columns[i].isNumber:
					v = parquet.DoubleValue(c.number)
				default:
					v = parquet.ByteArrayValue([]byte(c.text))
				}
			}
			row[at] = v.Level(0, level, at)
		}
		_, failed = out.WriteRows([]parquet.Row{row})
	})
	if failed == nil {
		failed = out.Close()
	}
	if failed != nil {
		return fmt.Errorf("write sweep as Parquet: %w", failed)
	}
	return nil
}
