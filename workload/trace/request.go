package trace

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Request is one line of a trace: who asked is not recorded, only when, for what, and how large it
// was.
type Request struct {
	// Time is the time since the trace's own epoch, or 0 where the format has none.
	Time time.Duration
	// Key names the object.
	Key uint64
	// SizeBytes is the object's size at this request, or 1 where the format has none; see Extent.
	SizeBytes int64
	// Next is the number, from 1, of the next request for the same object, or -1 if there is none
	// or the format does not say. Only the oracle format has it.
	Next int64
	// Op is what the request does.
	Op Op
	// Extent says how much of the object SizeBytes is.
	Extent Extent
}

// An Op is what a line of a trace does to a cache.
type Op uint8

const (
	// Get asks for the object.
	Get Op = iota
	// Put writes the object: a cache that had it has the new one.
	Put
	// Delete takes the object out of a cache.
	Delete
)

// An Extent is how much of an object a size is.
type Extent uint8

const (
	// Whole is the size of the object.
	Whole Extent = iota
	// Part is the size of a part: the object is at least as large.
	Part
	// Unknown says nothing of the size.
	Unknown
)

// A Format is a way to write a trace down.
type Format uint8

// The formats. See the package documentation for what each looks like.
const (
	// Auto finds the format out from the file's name and first bytes.
	Auto Format = iota
	// Oracle is libCacheSim's binary oracleGeneral.
	Oracle
	// TIS is text with time, id and size a line; further fields are left out.
	TIS
	// CSV is text with named columns, between commas, semicolons or tabs.
	CSV
	// IDs is text with one id a line.
	IDs
	// Combined is the access log of Apache, nginx and Varnish, common or combined.
	Combined
	// W3C is the W3C extended log, of which CloudFront's standard log is one.
	W3C
	// JSON is an access log with one JSON object a line.
	JSON
	// Squid is Squid's native access log.
	Squid
	// Twitter is the CSV without header of Twitter's cache traces.
	Twitter
	// IBM is the text of IBM's object store traces.
	IBM
	// MSR is the CSV without header of the block traces of Microsoft Research Cambridge.
	MSR
)

var formatNames = [...]string{"auto", "oracle", "tis", "csv", "ids", "combined", "w3c", "json", "squid", "twitter", "ibm", "msr"}

// formatAliases are other names by which people know formats.
var formatAliases = map[string]Format{
	"apache": Combined, "nginx": Combined, "common": Combined, "varnish": Combined, "varnishncsa": Combined,
	"cloudfront": W3C, "iis": W3C, "jsonl": JSON, "ndjson": JSON, "lrb": TIS, "wikimedia": CSV, "tsv": CSV,
}

// String returns the format's name, for example "oracle".
func (f Format) String() string {
	if int(f) < len(formatNames) {
		return formatNames[f]
	}
	return fmt.Sprintf("Format(%d)", uint8(f))
}

// FormatNames returns the names of all formats, in their order.
func FormatNames() []string { return slices.Clone(formatNames[:]) }

// ParseFormat returns the format of a name that [Format.String] returns, or of another one that people know it by:
// apache, nginx, common and varnish are combined, cloudfront and iis are w3c, jsonl and ndjson json, lrb tis,
// wikimedia and tsv csv.
func ParseFormat(name string) (Format, error) {
	if f := slices.Index(formatNames[:], name); f >= 0 {
		return Format(f), nil
	}
	if f, ok := formatAliases[name]; ok {
		return f, nil
	}
	return Auto, fmt.Errorf("trace: format is %q; allowed are %s", name, strings.Join(formatNames[:], ", "))
}

// UnmarshalText implements [encoding.TextUnmarshaler], so that a Format can be a command-line flag.
func (f *Format) UnmarshalText(text []byte) error {
	parsed, err := ParseFormat(string(text))
	if err == nil {
		*f = parsed
	}
	return err
}

// MarshalText implements [encoding.TextMarshaler].
func (f Format) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// IsLog reports whether the format is an access log, which [Rules] apply to.
func (f Format) IsLog() bool { return f >= Combined && f <= Squid }
