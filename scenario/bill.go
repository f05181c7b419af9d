package scenario

import (
	"bytes"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/text"
	"github.com/edgewise-sim/edgewise/placement/tariff"
)

// billing is what a scenario says of its bill.
type billing struct {
	edgewise.Billing
	at      value // the key that says so
	tariffs []*tariff.Tariff
	// places are where its keys stand, workloads where those of each workload do.
	places    map[string]value
	workloads map[string]value
}

// billingAt returns what is said of the bill so far.
func (r *reader) billingAt(v value) *billing {
	if r.billing == nil {
		r.billing = &billing{at: v, workloads: make(map[string]value)}
	}
	return r.billing
}

// readPrices reads the lists of prices: one or several, files of the user or the default.
func (r *reader) readPrices(v value) {
	b := r.billingAt(v)
	for _, item := range v.texts() {
		name, ok := item.scalar("default or a file of prices, CSV or YAML")
		if !ok {
			continue
		}
		if name == tariff.DefaultName {
			b.tariffs = append(b.tariffs, tariff.Default())
			continue
		}
		var f fileRef
		r.readFile(item, &f)
		if f.data == nil {
			continue
		}
		read, err := tariff.Read(f.path, bytes.NewReader(f.data), r.readOptions(&f).Warn)
		if err != nil {
			item.problem("%s", oneLine(err))
			continue
		}
		named := *read
		named.Name = f.name
		b.tariffs = append(b.tariffs, &named)
	}
	if len(b.tariffs) == 0 && v.bad.count == 0 {
		v.problem("is empty; want default, or files of prices, CSV or YAML")
	}
}

// cheapest is the word for whatever way to pay is cheapest.
const cheapest = "cheapest"

// readBill reads what is rented and how it is paid.
func (r *reader) readBill(v value) {
	b := r.billingAt(v)
	b.Instances, b.ServersPerInstance = make(map[string]string), make(map[string]float64)
	b.SnapshotBytes, b.CallBytes = make(map[string]int64), make(map[string]int64)
	b.places = v.fields(
		field{"served", func(v value) {
			if v.number(&b.Served) && !(b.Served > 0 && b.Served < 1) {
				v.problem("is %v; want more than 0 and less than 1, for example 0.999", b.Served)
			}
		}},
		field{"week", func(v value) {
			days := v.list()
			if len(days) != len(b.Week) {
				v.problem("has %d loads; want 7, Monday first", len(days))
				return
			}
			for i, day := range days {
				if day.number(&b.Week[i]) && !(b.Week[i] >= 0 && b.Week[i] <= 1e6) {
					day.problem("is %v; want 0 or more", b.Week[i])
				}
			}
		}},
		field{"instance", func(v value) { v.text(&b.Instance) }},
		field{"term", func(v value) { v.text(&b.Term) }},
		field{"plan", func(v value) { v.text(&b.Plan) }},
		field{"load_balancers", func(v value) { v.boolean(&b.LoadBalancers) }},
		field{"cache_servers", func(v value) {
			if v.integer(&b.CacheServers) && (b.CacheServers < 1 || b.CacheServers > 1<<20) {
				v.problem("is %d; want 1 to %d", b.CacheServers, 1<<20)
			}
		}},
		field{"invalidations", func(v value) {
			if v.number(&b.Invalidations) && !(b.Invalidations >= 0 && b.Invalidations <= 1e15) {
				v.problem("is %v; want 0 or more paths a month", b.Invalidations)
			}
		}},
		field{"workloads", func(v value) {
			for _, item := range v.pairs() {
				b.readWorkload(item)
			}
		}},
	)
}

// readWorkload reads what a bill needs to know of one workload.
func (b *billing) readWorkload(v keyed) {
	b.workloads[v.key] = v.value
	v.fields(
		field{"instance", func(at value) {
			var name string
			at.text(&name)
			b.Instances[v.key] = name
		}},
		field{"servers_per_instance", func(at value) {
			var n float64
			if at.number(&n) && !(n > 0 && n <= 1<<20) {
				at.problem("is %v; want more than 0", n)
			}
			b.ServersPerInstance[v.key] = n
		}},
		field{"snapshot_size", func(at value) { b.SnapshotBytes[v.key] = sizeOf(at) }},
		field{"call_size", func(at value) { b.CallBytes[v.key] = sizeOf(at) }},
	)
}

func sizeOf(v value) (bytes int64) {
	if v.bytes(&bytes) && bytes < 0 {
		v.problem("is %d; want 0 or more", bytes)
	}
	return bytes
}

// finishBill puts the bill into the study, once all has been read.
func (r *reader) finishBill(root value) {
	b := r.billing
	if b == nil || root.bad.count > 0 {
		return
	}
	if len(b.tariffs) == 0 {
		b.tariffs = []*tariff.Tariff{tariff.Default()}
	}
	book, err := tariff.NewBook(b.tariffs...)
	if err != nil {
		b.at.problem("%s", oneLine(err))
		return
	}
	b.Book = book
	if b.Plan == cheapest {
		b.Plan = ""
	}
	named := func(key, name string, known []string) {
		if name != "" && !slices.Contains(known, name) {
			b.places[key].problem("is %s; want one of %s", text.Quote(name), strings.Join(known, ", "))
		}
	}
	named("plan", b.Plan, append([]string{cheapest, tariff.PayAsYouGo}, book.Plans()...))
	named("term", b.Term, book.Terms())
	var names []string
	for _, w := range r.order {
		names = append(names, w.name)
	}
	for name, at := range b.workloads {
		if !slices.Contains(names, name) {
			at.problem("is of the workload %s; want one of %s", text.Quote(name), strings.Join(names, ", "))
		}
	}
	r.study.Billing = &b.Billing
}
