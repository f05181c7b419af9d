package sim

import (
	"fmt"
	"strings"
)

// A request that is followed may be for a part of an object, or meet a cache that keeps slices of objects: then what the cache has of each slice is told, and
// after the first byte what became of the others.

// A sliceRun is some slices of an object in a row, numbered from 1, of which the same is to be told: what stands before and behind their numbers.
type sliceRun struct {
	from, to      uint64
	before, after string
}

func (r *sliceRun) inWords() string {
	after := r.after
	if r.from != r.to {
		after = strings.Replace(after, " it", " them", 1)
	}
	return r.before + slicesInWords(r.from, r.to) + after
}

func slicesInWords(from, to uint64) string {
	if from == to {
		return fmt.Sprintf("slice %d", from)
	}
	return fmt.Sprintf("slices %d to %d", from, to)
}

// markHeld notes what a tier has of an object, or of a slice of it, at an instant, and why not more. The key says which slice that is, and which server of the tier was asked.
func (t *tracer) markHeld(at int64, s *site, of *tier, key uint64, text, why string) {
	name, text := t.tierName(of), of.serverInWords(key)+": "+text
	if of.sliceBytes == 0 {
		t.marks = append(t.marks, mark{at: at, site: s.name, text: name + text, why: why})
		return
	}
	slice := key>>sliceShift + 1
	run := sliceRun{slice, slice, name + ", ", text}
	if n := len(t.marks); n > 0 {
		if last := &t.marks[n-1]; last.at == at && last.site == s.name && last.run.to == slice-1 && last.run.before == run.before && last.run.after == run.after && last.why == why {
			last.run.to = slice
			last.text = last.run.inWords()
			return
		}
	}
	t.marks = append(t.marks, mark{at, s.name, run.inWords(), run, why})
}

// asksForPart notes which bytes of an object a request is for that is explained, if it is not for all, and which slices these are of.
func (t *tracer) asksForPart(s *site, at, from, to, size int64) {
	if !t.current || to == 0 {
		return
	}
	what := ""
	if to-from < size {
		what = fmt.Sprintf("asks for bytes %d to %d of %d", from, to-1, size)
	}
	if s.edge != nil && s.edge.sliceBytes > 0 {
		if what == "" {
			what = fmt.Sprintf("asks for all %d bytes", size)
		}
		bytes := s.edge.sliceBytes
		what += ", " + slicesInWords(uint64(from/bytes)+1, uint64((to-1)/bytes)+1)
		what += fmt.Sprintf(" of %d bytes each", bytes)
	}
	if what != "" {
		t.mark(at, s.name, "%s", what)
	}
}

// A gotSlice is how a slice of what is asked for was got, whence it was fetched, and when all of it that is asked for is at the site.
type gotSlice struct {
	number  uint64 // from 1
	outcome Outcome
	from    string
	at      int64
	fetch   *notedFetch // that brings it, nil where it was held
}

// followsPart reports whether a request that is served slice by slice is the one to follow.
func (t *tracer) followsPart(s *site, p *partAsked) bool {
	c := &s.clients[p.clients]
	return t.isOne(c, p.request.number) && isNow(c, &p.request)
}

// hasSlice notes that the first tier has a slice of what is asked for, and from when on it can be sent.
func (t *tracer) hasSlice(s *site, of *tier, p *partAsked, key uint64, now, ready int64) {
	if t.current {
		t.reads(s, of, key, now, ready-now)
	}
	t.gets(s, of, p, Hit, nil, ready)
}

// lacksSlice notes that the first tier has not, or that it is on its way. A fetch is followed until the first byte is there.
func (t *tracer) lacksSlice(s *site, of *tier, p *partAsked, key uint64, f *flight, now int64) {
	t.asking = nil // a user waits for it, whoever asked last: slices behind the first are due at instants of their own
	t.misses(s, of, key, f, now)
	t.current = t.current && !p.isBegun
}

// lacksAged notes that the first tier may not serve what it has of the slice that is due, and whether that begins a fetch, as lacksSlice does.
func (t *tracer) lacksAged(s *site, of *tier, p *partAsked, fetch uint32, begins bool) {
	t.asking = nil
	if !begins {
		t.joins(s, of, fetch)
	}
	t.current = t.current && !p.isBegun
}

// gets notes how the slice that is due is got, and when it is here; a fetch is nil where it is held.
func (t *tracer) gets(s *site, of *tier, p *partAsked, o Outcome, f *flight, at int64) {
	if of.sliceBytes == 0 || !t.followsPart(s, p) {
		return
	}
	got := gotSlice{number: uint64(p.slice) + 1, outcome: o, at: at}
	if f != nil {
		got.from = t.plan.sites[of.hops[f.number][f.choice].to].id
		got.fetch = t.noted(s, of, of.flights.number(f.key))
	}
	t.got = append(t.got, got)
}

// inWords says how some slices up to one of a number were got.
func (g *gotSlice) inWords(to uint64) string {
	which := slicesInWords(g.number, to)
	switch g.outcome {
	case Hit:
		return which + ", held"
	case Stale:
		return which + ", held and stale"
	case DelayedHit:
		return which + ", which another request fetches from " + g.from
	case Revalidated:
		return which + ", held, and confirmed by " + g.from
	}
	return which + ", fetched from " + g.from
}

// slicesApart is how many slices have steps of their own where those before and behind were got alike.
const slicesApart = 6

// addSlices adds what the bytes behind the first waited for, slice by slice, of an answer that leaves the first site between two instants. Slices that
// were got alike are one step where they take no time, or where there are many. A fetch that takes time by itself is taken apart.
func (t *tracer) addSlices(rest *restSteps, first, last int64) {
	at, apart := first, 0
	for i := 0; i < len(t.got); apart++ {
		g := &t.got[i]
		until, n := g.at, 1
		for ; i+n < len(t.got); n++ {
			next := &t.got[i+n]
			if next.outcome != g.outcome || next.from != g.from || next.at > max(until, at) && apart < slicesApart {
				break
			}
			until = max(until, next.at)
		}
		until = min(max(until, at), last)
		text := g.inWords(t.got[i+n-1].number)
		switch {
		case n > 1 && apart >= slicesApart:
			rest.add(until-at, t.site, "%s, one after the other", text)
		case g.fetch == nil:
			rest.add(until-at, t.site, "%s", text)
		default:
			t.addSlice(rest, g, text, at, until)
		}
		at, i = until, i+n
	}
}

// addSlice adds what a slice that was fetched waited for between two instants: for its first byte, and for what the others of it wait for.
func (t *tracer) addSlice(rest *restSteps, g *gotSlice, text string, from, until int64) {
	upstream, hasJoined := awaited{fetch: g.fetch, hasJoined: g.outcome == DelayedHit}.source()
	pours := min(until-max(from, g.fetch.first), rest.left)
	if pours > 0 && upstream.site != "" {
		if until-from > pours {
			rest.add(until-from-pours, t.site, "%s: until its first byte is there", text)
		} else {
			rest.all = append(rest.all, Step{0, t.site, text})
		}
		of := restSteps{left: pours}
		of.addUpstream(&upstream, hasJoined)
		rest.all, rest.left = append(rest.all, of.all...), rest.left-pours+of.left
		until, from = of.left, 0
	}
	rest.add(until-from, t.site, "%s", text)
}
