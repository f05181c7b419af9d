package scenario

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

// traceKind is cacheable objects, asked for as somebody recorded.
var traceKind = workloadKind{name: "trace", isOf: madeOf[workload.Trace, workload.Cacheable], read: readTrace}

// maxTraceBytes bounds the file of a trace, compressed or not: reports keep it.
const maxTraceBytes = 256 << 20

// A tracedWorkload is a workload of a trace that is being read.
type tracedWorkload struct {
	value
	file    fileRef
	options trace.RecordingOptions
	demand  workload.Trace
	service workload.Cacheable
}

func readTrace(r *reader, v value, w *workload.Workload) {
	t := &tracedWorkload{value: v, file: fileRef{most: maxTraceBytes}, options: trace.RecordingOptions{KeepWrites: true}}
	o := &t.options
	keys := slices.DeleteFunc(append(r.headKeys(w), clientKeys(w)...), func(f field) bool { return f.key == "day" }) // a trace has days of its own
	seen := v.fields(append(keys,
		field{"file", func(v value) { r.readFile(v, &t.file) }},
		field{"format", choice(trace.ParseFormat, &o.Format)},
		field{"columns", func(v value) {
			v.fields(
				field{"time", func(v value) { v.text(&o.TimeColumn) }},
				field{"key", func(v value) { v.text(&o.KeyColumn) }},
				field{"size", func(v value) { v.text(&o.SizeColumn) }},
				field{"op", func(v value) { v.text(&o.OpColumn) }},
				field{"metro", func(v value) { v.text(&o.MetroColumn) }},
				field{"lat", func(v value) { v.text(&o.LatColumn) }},
				field{"lon", func(v value) { v.text(&o.LonColumn) }},
				field{"site", func(v value) { v.text(&o.SiteColumn) }},
			)
		}},
		field{"header", func(v value) { v.strings(&o.Header) }},
		field{"separator", func(v value) { readSeparator(v, &o.Separator) }},
		field{"rules", func(v value) { readRules(v, &o.Rules) }},
		field{"time_unit", func(v value) {
			if v.duration(&o.TimeUnit) && o.TimeUnit <= 0 {
				v.problem("is %v; want more than 0s, for example 1ms", o.TimeUnit)
			}
		}},
		field{"speed_up", func(v value) {
			if v.number(&t.demand.SpeedUp) && !(t.demand.SpeedUp > 0) {
				v.problem("is %v; want more than 0, for example 10 for ten times as fast", t.demand.SpeedUp)
			}
		}},
		field{"sample_keys", func(v value) {
			if v.number(&o.SampleKeys) && !(o.SampleKeys > 0 && o.SampleKeys <= 1) {
				v.problem("is %v; want more than 0, 1 at most, for example 0.1 for a tenth of the keys", o.SampleKeys)
			}
		}},
		field{"sizes", func(v value) { readSizes(v, &t.service.Sizes) }},
		field{"origin_service", func(v value) { readServiceTime(v, &t.service.Origin) }},
		field{"freshness", func(v value) { readControls(v, &t.service.Controls) }},
		field{"variants", func(v value) { readVariants(v, &t.service.VariantShares) }},
	)...)
	if t.isComplete(seen) {
		o.Warn = func(warning string) {
			r.study.Warnings = append(r.study.Warnings, strings.TrimPrefix(warning, "trace: "))
		}
		t.record(r.shared, seen)
	}
	w.Demand, w.Service = t.demand, t.service
	if t.demand.Recording != nil {
		number := len(r.study.Workloads)
		r.onceRead = append(r.onceRead, func() { r.resolveTrace(t) })
		r.onceBuilt = append(r.onceBuilt, func() { r.checkTrace(t, &r.study.Workloads[number]) })
	}
}

// readSeparator reads what stands between cells.
func readSeparator(v value, to *rune) {
	var text string
	v.text(&text)
	switch r := []rune(text); {
	case text == "tab" || text == "\t":
		*to = '\t'
	case len(r) == 1 && r[0] > ' ' && r[0] != '"' && r[0] < 0x7f:
		*to = r[0]
	default:
		v.problem("is %q; want one character, or tab", text)
	}
}

// readRules reads what of a log counts.
func readRules(v value, to *trace.Rules) {
	v.fields(
		field{"key", func(v value) { v.strings(&to.Key) }},
		field{"status", func(v value) {
			for _, v := range v.list() {
				var status int
				if v.integer(&status) {
					to.Statuses = append(to.Statuses, status)
				}
			}
		}},
		field{"object_size", choice(unmarshalled[trace.SizeRule], &to.Sizes)},
		field{"header_bytes", func(v value) {
			var bytes int64
			if v.bytes(&bytes) {
				to.HeaderBytes = &bytes
			}
		}},
		field{"writes", func(v value) {
			choice(unmarshalled[trace.WriteRule], &to.Writes)(v)
			if to.Writes == trace.WritesFill || to.Writes == trace.WritesRemove {
				text, _ := to.Writes.MarshalText()
				v.problem("is %s; want auto, pass or ignore: in a study what writes passes by all caches to the origin, and what these then do with what they hold says the profile of their freshness", text)
				to.Writes = trace.WritesAuto
			}
		}},
	)
	if err := to.Validate(); err != nil {
		v.problem("%s", oneLine(err))
		*to = trace.Rules{}
	}
}

// unmarshalled reads a value by its own method.
func unmarshalled[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](text string) (t T, err error) {
	err = P(&t).UnmarshalText([]byte(text))
	return t, err
}

// isComplete reports whether all is there that reading the trace takes.
func (t *tracedWorkload) isComplete(seen map[string]value) bool {
	if _, ok := seen["file"]; !ok {
		t.problem("the key \"file\" is missing")
	}
	o := &t.options
	places := 0
	for _, column := range []string{o.MetroColumn, o.LatColumn + o.LonColumn, o.SiteColumn} {
		if column != "" {
			places++
		}
	}
	half := (o.LatColumn == "") != (o.LonColumn == "")
	if places > 1 || half {
		seen["columns"].problem("has metro %q, lat %q, lon %q, site %q; want a metro, or lat and lon, or a site", o.MetroColumn, o.LatColumn, o.LonColumn, o.SiteColumn)
	}
	return t.file.data != nil && places < 2 && !half && t.options.TimeUnit >= 0 && o.SampleKeys >= 0 && o.SampleKeys <= 1
}

// record reads the trace.
func (t *tracedWorkload) record(from *shared, seen map[string]value) {
	recording, err := from.recording(&t.file, t.options)
	if err != nil {
		seen["file"].problem("%s", oneLine(err))
		return
	}
	t.demand.Recording = recording
	sizes, has := seen["sizes"]
	switch {
	case recording.HasSizes() && has:
		sizes.problem("stands beside a trace that says how large objects are; want no such key")
	case recording.HasSizes():
	case !has:
		t.problem("the key \"sizes\" is missing, and the trace does not say how large objects are; want sizes with a median, or a column of sizes")
	default:
		if _, at := sizes.peek("median"); at == nil {
			sizes.problem("the key \"median\" is missing; nothing else says how large objects are")
		}
	}
}

// resolveTrace finds the metros and sites that a trace names.
func (r *reader) resolveTrace(t *tracedWorkload) {
	isMetro := func(id string) bool {
		if n := r.network.graph; n != nil {
			i, ok := n.Index(id)
			return ok && n.At(i).Kind == topology.Metro
		}
		return slices.ContainsFunc(catalog.Metros(), func(m topology.Node) bool { return m.ID == id })
	}
	if err := t.demand.Recording.Resolve(isMetro, r.placeOfSite); err != nil {
		for _, unknown := range invalid.All(err) {
			t.problem("%s", oneLine(unknown))
		}
	}
}

// checkTrace looks whether the built network has the places of a trace, and notes what of it will be replayed.
func (r *reader) checkTrace(t *tracedWorkload, w *workload.Workload) {
	rec := t.demand.Recording
	var users []workload.Audience
	for _, i := range r.study.Network.OfKind(topology.Metro) {
		n := r.study.Network.At(i)
		a := workload.Audience{Metro: n.ID, Place: topology.Place{LatDeg: n.LatDeg, LonDeg: n.LonDeg}, Users: n.Users}
		if len(w.Metros) > 0 && !slices.Contains(w.Metros, n.ID) {
			a.Users = 0
		}
		users = append(users, a)
	}
	reach, err := t.demand.ReachOf(users)
	if err != nil {
		t.problem("%s", oneLine(err))
		return
	}
	length, run := t.demand.Length(), r.study.WarmUp+r.study.Duration
	if length < r.study.WarmUp {
		t.problem("the trace ends %v after the run begins, before anything is recorded after a warm-up of %v", length, r.study.WarmUp)
	}
	said := []string{fmt.Sprintf("trace %s: %s requests for %s objects over %v", filepath.Base(t.file.name), humanize.Comma(int64(rec.Requests())), humanize.Comma(int64(rec.Objects())), rec.Length().Round(time.Millisecond))}
	note := func(is bool, text string, args ...any) {
		if is {
			said = append(said, fmt.Sprintf(text, args...))
		}
	}
	note(rec.HasWrites(), "%s of them write or delete, and pass by caches to the origin", humanize.Comma(int64(rec.Writes())))
	note(t.options.SampleKeys > 0, "%v of its keys", t.options.SampleKeys)
	note(t.demand.SpeedUp > 0, "replayed %v times as fast", t.demand.SpeedUp)
	note(rec.Empty() > 0, "%s requests of size 0 left out", humanize.Comma(rec.Empty()))
	note(rec.Assumed() > 0, "the sizes of %s objects, which no line says, taken for the median of the others", humanize.Comma(rec.Assumed()))
	note(reach.LeftOut > 0, "%s requests from metros that do not take part left out", humanize.Comma(int64(reach.LeftOut)))
	note(reach.FarthestKm > 0, "places up to %.0f km from their metro", reach.FarthestKm)
	note(length > run, "cut where the run ends, after %v", run)
	note(run-length >= time.Second, "nobody asks in the last %v of the run", (run - length).Round(time.Millisecond))
	r.study.Sources = append(r.study.Sources, strings.Join(said, ", "))
	r.study.Assumed = append(r.study.Assumed, fmt.Sprintf("%s: a trace, the same in every replication: intervals cover what is drawn besides, not how other days would have been", w.Name))
}

// edgeLocation is how CloudFront names its locations in logs: the code of an airport, a number, and more.
var edgeLocation = regexp.MustCompile(`^([A-Z]{3})[0-9]+(-[A-Z0-9]+)?$`)

// placeOfSite returns where a site is: one of the network, an own one, or one of the catalog.
func (r *reader) placeOfSite(id string) (topology.Place, bool) {
	own := func(id string) int {
		return slices.IndexFunc(r.network.own, func(n topology.Node) bool { return n.ID == id && n.Kind.IsSite() })
	}
	i := own(id)
	if i < 0 && r.network.graph == nil {
		return PlaceOfSite(r.network.provider, id)
	}
	if at := edgeLocation.FindStringSubmatch(id); i < 0 && at != nil {
		i = own("pop-" + strings.ToLower(at[1]))
	}
	if i < 0 {
		return topology.Place{}, false
	}
	return placeOf(r.network.own[i]), true
}

// PlaceOfSite returns where a site of the catalog is, as the columns of traces name it: by the id of a provider's site, by
// that of another's behind its name and a slash, or as CloudFront names its locations in logs.
func PlaceOfSite(provider catalog.Provider, id string) (topology.Place, bool) {
	nodes := catalog.AllSites(provider)
	if name, rest, ok := strings.Cut(id, "/"); ok {
		nodes, id = catalog.AllSites(catalog.Provider(name)), rest
	}
	find := func(id string) int {
		return slices.IndexFunc(nodes, func(n topology.Node) bool { return n.ID == id && n.Kind.IsSite() })
	}
	i := find(id)
	if at := edgeLocation.FindStringSubmatch(id); i < 0 && at != nil {
		i = find("pop-" + strings.ToLower(at[1]))
	}
	if i < 0 {
		return topology.Place{}, false
	}
	return placeOf(nodes[i]), true
}

func placeOf(n topology.Node) topology.Place {
	return topology.Place{LatDeg: n.LatDeg, LonDeg: n.LonDeg}
}
