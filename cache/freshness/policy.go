package freshness

import (
	"math"
	"slices"
	"time"
)

// A Held is what a cache knows of an object that it holds, beside its size. It fills 24 bytes.
type Held struct {
	// AsOf is the instant, in ns, at which the origin made or confirmed the object, as the cache counts its age.
	AsOf int64
	// Since is the instant at which the answer came.
	Since int64
	// Version is what the object was like: see [Changes.Version].
	Version uint32
	// Answer is what kind of answer it is.
	Answer Answer
	// Extended says that a fetch has failed at Since, and that the object is served meanwhile.
	Extended bool
}

// A State is what a cache may do with an object that it holds.
type State uint8

// The states.
const (
	// Fresh may be served as it is.
	Fresh State = iota
	// Extended is stale, and served as it is, since a fetch has just failed.
	Extended
	// StaleServed is stale, may be served, and is fetched anew in the background.
	StaleServed
	// StaleWhileFetched is stale: the first who asks fetches it and waits; who comes meanwhile may get it.
	StaleWhileFetched
	// Expired may not be served before it has been fetched anew or confirmed.
	Expired
)

// A Policy is what follows from a [Control] and [Rules]: for the objects of which an origin says the same, at one cache. Times are in ns.
type Policy struct {
	// lifetimes are by answer, -1 for what is not kept.
	lifetimes [numAnswers]int64
	// held are the same of what is held, where an error may stand in the place of a good answer.
	held [numAnswers]int64
	// failed is the lifetime of a server's error in the place of the answer that the control is about; -1 if it is not kept.
	failed int64
	// grace is for how long beyond its lifetime an object is served while it is fetched, onError for how long where that
	// fails, -1 for not at all; waits says that whoever fetches it waits.
	grace, onError int64
	waits          bool
	// beside is grace for those who come while it is fetched.
	beside       int64
	onlyNoAnswer bool
	// staleErrors says that so is an error that is held; statusCounts that the error which the control is about is one for that.
	staleErrors, statusCounts bool
	// extends is for how long a failed fetch lets a stale object be served without another; 0 not at all.
	extends int64
	// keep is for how long beyond its lifetime an object can be confirmed, -1 for never.
	keep                    int64
	wholeSeconds            bool
	ignoresAge, fromRequest bool
	alwaysConfirms          bool
	errorEvicts             bool
	keepsSilence            bool
	dropsOther              bool
	invalidates             bool
	collapse                Collapse
	poll                    int64
}

const forever = math.MaxInt64 / 8

// Immortal is the policy of objects of which nothing is said: they are fresh for ever.
func Immortal() Policy {
	return Policy{
		lifetimes: [numAnswers]int64{forever, -1, -1}, held: [numAnswers]int64{forever, -1, -1}, failed: -1, grace: -1, beside: -1, onError: -1, keep: -1, collapse: CollapseAll, ignoresAge: true,
	}
}

// NewPolicy returns what follows. It takes the control and the rules as valid.
func NewPolicy(c Control, r Rules) Policy {
	is, err := profileOf(r.Profile)
	if err != nil {
		is = &profiles[0]
	}
	p := Policy{
		wholeSeconds: is.wholeSeconds, ignoresAge: is.ignoresAge, fromRequest: is.fromRequest, errorEvicts: is.errorEvicts, dropsOther: is.dropsOther, invalidates: is.invalidates,
		keepsSilence: is.keepsSilence, collapse: is.collapse, poll: int64(is.poll), keep: -1, waits: !is.background, failed: -1,
	}
	if r.Collapse != AsProfile {
		p.collapse = r.Collapse
	}
	p.lifetimes = [numAnswers]int64{-1, -1, -1}
	answer := c.Answer()
	if answer == Good {
		p.lifetimes[Good] = lifetime(is, &c, &r)
	} else {
		p.lifetimes[answer] = errorLifetime(is, &c, &r, c.Status)
	}
	if p.failed = p.lifetimes[Broken]; answer != Broken {
		p.failed = errorLifetime(is, &Control{}, &r, originError)
	}
	if c.Validator && is.revalidates {
		p.keep = forever
		if is.keep.Said {
			p.keep = int64(is.keep.Of)
		}
	}
	p.setStale(is, &c, &r)
	if c.NoCache && p.lifetimes[answer] <= 0 {
		p.alwaysConfirms = true
	}
	if answer == Good && p.lifetimes[answer] <= 0 && !(is.storesUnfresh && !c.NoStore && (p.keep >= 0 || p.onError > 0 || p.grace > 0)) {
		p.lifetimes[answer] = -1
	}
	p.held = p.lifetimes
	p.held[Broken] = max(p.held[Broken], p.failed)
	return p
}

// setStale sets for how long an object is served beyond its lifetime.
func (p *Policy) setStale(is *profile, c *Control, r *Rules) {
	p.grace, p.beside, p.onError = -1, -1, -1
	grace := c.StaleWhileRevalidate.or(r.StaleWhileRevalidate).or(is.grace)
	onError := c.StaleIfError.or(r.StaleIfError)
	obeys := (c.MustRevalidate || c.NoCache) && !is.ignoresMustRevalidate
	if grace.Said && !obeys {
		p.grace, p.beside = int64(grace.Of), int64(grace.Of)
	}
	if is.updating {
		p.grace, p.beside = forever, forever
	}
	p.onlyNoAnswer = is.onError == onNoAnswer
	p.staleErrors = is.onError == alwaysOnError
	p.statusCounts = is.errors.stale == nil || slices.Contains(is.errors.stale, c.Status)
	switch {
	case is.onError == alwaysOnError:
		p.onError = forever
	case is.onError == neverOnError || obeys:
	case onError.Said:
		p.onError = int64(onError.Of)
	case is.onError == bySayOrForError:
		p.onError = forever
	}
	if is.onError == bySayOrForError {
		p.extends = max(errorLifetime(is, &Control{}, r, originError), 0)
	}
	if c.NoStore {
		p.grace, p.beside, p.onError = -1, -1, -1
	}
	if most := r.MaxTTL.or(is.maxTTL); is.mostStale && most.Said {
		p.grace, p.beside, p.onError = min(p.grace, int64(most.Of)), min(p.beside, int64(most.Of)), min(p.onError, int64(most.Of))
	}
}

// lifetime returns for how long a good answer is fresh, in ns, -1 if it is not kept.
func lifetime(is *profile, c *Control, r *Rules) int64 {
	least, most := r.MinTTL.or(is.minTTL), r.MaxTTL.or(is.maxTTL)
	said := c.SharedMaxAge.or(c.MaxAge)
	if c.NoStore || c.NoCache {
		if least.Of > 0 {
			return int64(least.Of)
		}
		if c.NoStore {
			return -1
		}
		return 0
	}
	ttl := said.Of
	if !said.Said {
		byDefault := r.DefaultTTL.or(is.defaultTTL)
		switch {
		case byDefault.Said:
			ttl = byDefault.Of
		case is.heuristic && c.LastModified > 0:
			ttl = c.LastModified / 10
		}
	}
	ttl = max(ttl, least.Of)
	if most.Said && said.Said {
		ttl = min(ttl, most.Of)
	}
	return int64(ttl)
}

// Keeps reports whether answers as the origin usually gives them are kept at all.
func (p *Policy) Keeps(a Answer) bool { return p.lifetimes[a] >= 0 }

// MayShare reports whether one answer may be for several requests that came before it: whether it may be reused without being confirmed (RFC
// 9111, section 4). What has no lifetime may not, nor what no-cache has confirmed at each use (section 5.2.2.4), unless it may be served stale
// while it is fetched.
func (p *Policy) MayShare(a Answer) bool {
	return p.Keeps(a) && (!p.alwaysConfirms && p.lifetimes[a] > 0 || p.grace > 0 || p.beside > 0)
}

// KeepsFailure reports whether a server's error in the place of a good answer is kept.
func (p *Policy) KeepsFailure() bool { return p.failed > 0 }

// Lifetime returns for how long a good answer is fresh, in ns.
func (p *Policy) Lifetime() int64 { return max(p.lifetimes[Good], 0) }

// CountsAge reports whether the age that an answer comes with counts, as RFC 9111 has it; else every answer is taken for new.
func (p *Policy) CountsAge() bool { return !p.ignoresAge && !p.wholeSeconds }

// ServesStaleFor returns for how long beyond its lifetime an object is served at once and fetched meanwhile, in ns, negative if it never is.
func (p *Policy) ServesStaleFor() int64 {
	if p.waits {
		return -1
	}
	return p.grace
}

// Until returns the instant at which a held object is not fresh any more.
func (p *Policy) Until(h *Held) int64 {
	if h.Extended {
		return h.Since + p.extends
	}
	return p.end(h, h.Since)
}

// end returns when the lifetime of a held object ends whose answer came at an instant.
func (p *Policy) end(h *Held, came int64) int64 {
	life := p.held[h.Answer]
	switch {
	case p.wholeSeconds && life < forever:
		const second = int64(time.Second)
		return (cellOf(came, second)+1)*second + life
	case p.ignoresAge:
		return came + life
	}
	return h.AsOf + life
}

// Staleness returns how much longer than its lifetime an object is there, in ns, 0 if it is fresh.
func (p *Policy) Staleness(h *Held, now int64) int64 {
	came := h.Since
	if h.Extended {
		came = h.AsOf
	}
	return max(now-p.end(h, came), 0)
}

// State returns what may be done with an object at an instant.
func (p *Policy) State(h *Held, now int64) State {
	until := p.Until(h)
	switch over := now - until; {
	case over < 0 && h.Extended:
		return Extended
	case over < 0 && !p.alwaysConfirms:
		return Fresh
	case h.Extended:
		return Expired
	case over <= p.grace && !p.waits:
		return StaleServed
	case over <= p.beside:
		return StaleWhileFetched
	}
	return Expired
}

// Confirms reports whether an object can be asked for by its validator at an instant.
func (p *Policy) Confirms(h *Held, now int64) bool {
	return p.keep >= 0 && h.Answer == Good && p.Staleness(h, now) <= p.keep+max(p.grace, 0)
}

// ServesOnError reports whether an object is served at an instant since a fetch has failed: by an error, or without any answer.
func (p *Policy) ServesOnError(h *Held, now int64, noAnswer bool) bool {
	return (noAnswer || !p.onlyNoAnswer) && (h.Answer != Broken || p.staleErrors && (noAnswer || p.statusCounts)) && p.onError >= 0 && p.Staleness(h, now) <= p.onError
}

// KeepsSilence reports whether a cache that has waited in vain keeps the error that it answers then as it keeps one of a server.
func (p *Policy) KeepsSilence() bool { return p.keepsSilence && p.failed > 0 }

// Extend reports whether a fetch that has failed lets the object be served without another for a while, and notes it.
func (p *Policy) Extend(h *Held, now int64) bool {
	if p.extends == 0 {
		return false
	}
	h.Extended, h.Since = true, now
	return true
}

// EvictsOnError reports whether an error that comes in the background takes the object out.
func (p *Policy) EvictsOnError() bool { return p.errorEvicts }

// InvalidatesWritten reports whether a request that writes, and is answered without an error, takes out what is held of its object.
func (p *Policy) InvalidatesWritten() bool { return p.invalidates }

// DropsOtherVersions reports whether a slice that comes of another version of its object than those before it in an answer is not kept.
func (p *Policy) DropsOtherVersions() bool { return p.dropsOther }

// AsOf returns the instant as of which the cache counts the age of an answer: one of an age, in ns, when it was sent, that was asked
// for at an instant and has come at another.
func (p *Policy) AsOf(age, asked, came int64) int64 {
	if p.fromRequest {
		return asked - age
	}
	return came - age
}

// Collapses returns which requests wait for a fetch under way.
func (p *Policy) Collapses() Collapse { return p.collapse }

// Waits returns how long one who waits, and has done so for a time, really waits.
func (p *Policy) Waits(ns int64) int64 {
	if p.poll == 0 || ns <= 0 {
		return ns
	}
	return (ns + p.poll - 1) / p.poll * p.poll
}
