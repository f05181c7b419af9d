package tariff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/text"
)

// startBytes is how much of a file is looked at to find out whether it is YAML.
const startBytes = 4096

// pricesKey is the key of the list of prices. Beside it stand what all prices have that do not say it themselves.
const pricesKey = "prices"

// common are the keys that may stand beside the list.
var common = []string{"provider", "currency", "date", "source", "standing"}

// yamlStart is how a tariff as YAML begins: behind comments one of its keys.
var yamlStart = regexp.MustCompile(`^(\s*(#[^\n]*)?\n|---[ \t]*\n)*("?(` + pricesKey + "|" + strings.Join(common, "|") + `)"?[ \t]*:|\{)`)

func isYAML(start []byte) bool { return yamlStart.Match(start) }

// readYAML reads a tariff as a mapping with the list prices, whose items have the names of the columns as keys.
func readYAML(file string, r io.Reader, _ text.Warn) (*Tariff, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, text.InFile(file, err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	y := &yamlTariff{file: file}
	if len(doc.Content) == 1 {
		y.read(doc.Content[0])
	}
	if len(y.errs) > 0 {
		return nil, errors.Join(y.errs...)
	}
	return &Tariff{Name: file, Prices: y.prices}, nil
}

// A yamlTariff gathers what a file says, and what is wrong with it.
type yamlTariff struct {
	file   string
	prices []Price
	bad    int // rows in which something is wrong
	errs   []error
}

func (y *yamlTariff) fail(at *yaml.Node, path, format string, args ...any) {
	if y.bad < mostBad {
		y.errs = append(y.errs, fmt.Errorf("%s:%d: %s: %s", y.file, at.Line, path, fmt.Sprintf(format, args...)))
	}
}

// resolved returns what an alias stands for.
func resolved(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// read reads the document.
func (y *yamlTariff) read(root *yaml.Node) {
	root = resolved(root)
	if root.Kind != yaml.MappingNode {
		y.fail(root, "the document", "is no mapping; want one with the key %s", pricesKey)
		return
	}
	shared := make(map[string]string)
	var list *yaml.Node
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], resolved(root.Content[i+1])
		switch {
		case key.Value == pricesKey && list == nil:
			list = value
		case slices.Contains(common, key.Value) && value.Kind == yaml.ScalarNode && shared[key.Value] == "":
			shared[key.Value] = scalarOf(value)
		case slices.Contains(common, key.Value) && value.Kind != yaml.ScalarNode:
			y.fail(key, key.Value, "want one value")
		case key.Value == pricesKey || slices.Contains(common, key.Value):
			y.fail(key, key.Value, "stands there twice")
		default:
			y.fail(key, text.Cut(key.Value), "unknown key; want %s or, for all prices that do not say it, %s", pricesKey, strings.Join(common, ", "))
		}
	}
	if list == nil || list.Kind != yaml.SequenceNode {
		y.fail(root, pricesKey, "want a list of prices")
		return
	}
	for i, item := range list.Content {
		if len(y.prices) == maxPrices {
			y.fail(item, pricesKey, "more than %d", maxPrices)
			return
		}
		before := len(y.errs)
		y.readPrice(fmt.Sprintf("%s[%d]", pricesKey, i), resolved(item), shared)
		if len(y.errs) > before {
			if y.bad++; y.bad == mostBad {
				y.errs = append(y.errs, fmt.Errorf("%s: these are the first %d; there may be more", y.file, mostBad))
				return
			}
		}
	}
}

// scalarOf returns the text of a scalar, empty for null.
func scalarOf(n *yaml.Node) string {
	if n.ShortTag() == "!!null" {
		return ""
	}
	return n.Value
}

// readPrice reads one price.
func (y *yamlTariff) readPrice(path string, item *yaml.Node, shared map[string]string) {
	if item.Kind != yaml.MappingNode {
		y.fail(item, path, "is no mapping; want the keys %s", strings.Join(columns, ", "))
		return
	}
	values, where := make(map[string]string), make(map[string]*yaml.Node)
	isWrong := false
	for i := 0; i+1 < len(item.Content); i += 2 {
		key, value := item.Content[i], resolved(item.Content[i+1])
		switch {
		case !slices.Contains(columns, key.Value):
			y.fail(key, path+"."+text.Cut(key.Value), "unknown key; want one of %s", strings.Join(columns, ", "))
			isWrong = true
		case where[key.Value] != nil:
			y.fail(key, path+"."+key.Value, "stands there twice")
			isWrong = true
		case value.Kind != yaml.ScalarNode:
			y.fail(key, path+"."+key.Value, "want one value")
			isWrong = true
		default:
			values[key.Value], where[key.Value] = scalarOf(value), value
		}
	}
	get := func(key, otherwise string) string { return orElse(values[key], orElse(shared[key], otherwise)) }
	p := Price{
		Kind: Kind(get("kind", string(Used))), Provider: get("provider", ""), Item: Item(values["item"]), Name: values["name"], Term: values["term"],
		Place: values["place"], Unit: values["unit"], Currency: get("currency", "USD"), Date: get("date", ""), Source: get("source", ""),
		Standing: Standing(get("standing", string(SecondHand))), Line: item.Line,
	}
	fail := func(key, value, want string) {
		at := where[key]
		if at == nil {
			at = item
		}
		y.fail(at, path+"."+key, "value %s: want %s", text.Quote(value), want)
		isWrong = true
	}
	for _, number := range []struct {
		key string
		to  *float64
	}{{"from", &p.From}, {"to", &p.To}, {"price", &p.Amount}} {
		value := values[number.key]
		if value == "" {
			continue
		}
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || !(x >= 0 && x <= math.MaxFloat64) {
			fail(number.key, value, "a number from 0")
			continue
		}
		*number.to = x
	}
	if values["price"] == "" && p.Kind.hasAmount() {
		fail("price", "", "a number: what has no price has no row")
	}
	var f *invalid.Field
	if err := p.Validate(); !isWrong && errors.As(err, &f) {
		fail(f.Path, strings.Trim(fmt.Sprint(f.Value), `"`), f.Want)
	}
	y.prices = append(y.prices, p)
}

// WriteYAML writes the tariff as YAML, as [Read] reads it. What all prices have alike stands once, beside the list.
func (t *Tariff) WriteYAML(w io.Writer) error {
	rows := make([][]string, len(t.Prices))
	for i := range t.Prices {
		rows[i] = t.Prices[i].cells()
	}
	root := &yaml.Node{Kind: yaml.MappingNode}
	var shared []string
	for k, column := range columns {
		if !slices.Contains(common, column) || len(rows) < 2 || rows[0][k] == "" || slices.ContainsFunc(rows, func(row []string) bool { return row[k] != rows[0][k] }) {
			continue
		}
		shared = append(shared, column)
		root.Content = append(root.Content, plainNode(column), nodeOf(column, rows[0][k]))
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, row := range rows {
		item := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
		for k, column := range columns {
			if row[k] != "" && !slices.Contains(shared, column) {
				item.Content = append(item.Content, plainNode(column), nodeOf(column, row[k]))
			}
		}
		list.Content = append(list.Content, item)
	}
	if len(list.Content) == 0 {
		list.Style = yaml.FlowStyle
	}
	root.Content = append(root.Content, plainNode(pricesKey), list)
	var out bytes.Buffer
	err := yaml.NewEncoder(&out).Encode(root)
	if err == nil {
		_, err = w.Write(out.Bytes())
	}
	if err != nil {
		return fmt.Errorf("write tariff: %w", err)
	}
	return nil
}

func plainNode(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }

// nodeOf returns the value of a column: numbers and dates as they are, all else as text, in quotes where it must have them.
func nodeOf(column, value string) *yaml.Node {
	n := plainNode(value)
	if !slices.Contains([]string{"from", "to", "price", "date"}, column) {
		n.Tag = "!!str"
	}
	return n
}
