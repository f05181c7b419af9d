package freshness

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// Rules are what a cache makes of what origins say. The zero value follows RFC 9111 and RFC 5861.
type Rules struct {
	// Profile names what kind of cache it is, one of [Profiles]; "" is "rfc".
	Profile string
	// MinTTL and MaxTTL bound the lifetimes that origins say, DefaultTTL is that of objects of which they say none. What
	// is unsaid is as the profile has it.
	MinTTL, DefaultTTL, MaxTTL Span
	// ErrorTTL is the least time for which an error is kept, of a client (4xx) or a server (5xx), ErrorTTLs that of single
	// statuses, which come first, and of ranges of them. What is unsaid is as the profile has it.
	ErrorTTL  Span
	ErrorTTLs []StatusTTL
	// StaleWhileRevalidate and StaleIfError are what goes for objects of which the origin says none. What is unsaid is as
	// the profile has it.
	StaleWhileRevalidate, StaleIfError Span
	// Collapse says whether requests for an object wait for a fetch of it that is under way.
	Collapse Collapse
}

// Validate names the first field that is out of range.
func (r Rules) Validate() error {
	is, err := profileOf(r.Profile)
	errs := []error{
		err, r.MinTTL.validate("MinTTL"), r.DefaultTTL.validate("DefaultTTL"), r.MaxTTL.validate("MaxTTL"), r.ErrorTTL.validate("ErrorTTL"), r.validateErrors(is),
		r.StaleWhileRevalidate.validate("StaleWhileRevalidate"), r.StaleIfError.validate("StaleIfError"),
		invalid.Check(r.Collapse < numCollapses, "Collapse", uint8(r.Collapse), "AsProfile, CollapseAll, CollapseNew or CollapseNone"),
	}
	return invalid.First(append(errs, r.validateTogether(is))...)
}

// Collapse says which requests wait for a fetch of their object that is under way.
type Collapse uint8

// The ways to collapse.
const (
	// AsProfile: as the profile has it.
	AsProfile Collapse = iota
	// CollapseAll: all requests wait.
	CollapseAll
	// CollapseNew: those wait whose object is not there at all; one that is stale is fetched by everybody.
	CollapseNew
	// CollapseNone: nobody waits, everybody fetches.
	CollapseNone
	numCollapses
)

var collapseNames = [numCollapses]string{"as profile", "all", "new", "none"}

// String returns the name, for example "all".
func (c Collapse) String() string {
	if c >= numCollapses {
		return fmt.Sprintf("collapse(%d)", uint8(c))
	}
	return collapseNames[c]
}

// ParseCollapse returns what a name stands for: all, new or none.
func ParseCollapse(name string) (Collapse, error) {
	for c := CollapseAll; c < numCollapses; c++ {
		if collapseNames[c] == name {
			return c, nil
		}
	}
	return 0, invalid.New("Collapse", fmt.Sprintf("%q", name), "all, new or none")
}

// onError says whose stale objects a cache serves where the origin fails.
type onError uint8

const (
	neverOnError    onError = iota
	onNoAnswer              // by stale-if-error, where there is no answer at all
	onAnyError              // by stale-if-error
	alwaysOnError           // for ever, whatever the origin says
	bySayOrForError         // by stale-if-error; where that is unsaid for ever. After an error no fetch for the time of an error
)

// A profile is how one kind of cache departs from RFC 9111 and RFC 5861.
type profile struct {
	name, about string
	// wholeSeconds lets lifetimes begin at the second that the answer came in, and end at the end of a second.
	wholeSeconds bool
	// ignoresAge takes every answer for new.
	ignoresAge bool
	// fromRequest counts an age from when the answer was asked for, and not from when it came (RFC 9111, section 4.2.3).
	fromRequest bool
	// heuristic takes a tenth of the time since the last change where no lifetime is said.
	heuristic                  bool
	minTTL, defaultTTL, maxTTL Span
	// grace is stale-while-revalidate where the origin says none.
	grace Span
	// background lets an object that may be stale be served at once, and fetched meanwhile. Without it whoever comes first
	// waits, and the others get it stale meanwhile.
	background bool
	// updating serves what is stale, whatever its age, while it is fetched.
	updating bool
	// ignoresMustRevalidate serves what is stale although the origin forbids it.
	ignoresMustRevalidate bool
	onError               onError
	errors                keptErrors
	// mostStale bounds how stale an object is served: by the longest lifetime.
	mostStale bool
	// errorEvicts lets an error in the background take the object out.
	errorEvicts bool
	// keepsSilence says that where the origin does not answer the cache keeps its own error (504) as it keeps one of a server.
	keepsSilence bool
	// revalidates says that what is stale is asked for by its validator, keep for how long beyond its lifetime it can be.
	revalidates bool
	keep        Span
	// storesUnfresh keeps what has no lifetime, to confirm it at each use.
	storesUnfresh bool
	collapse      Collapse
	// dropsOther keeps no slice that breaks off an answer, as it is of another version of the object than the slices before it.
	dropsOther bool
	// invalidates takes out what is held of a URL when a request that writes there has passed, and has been answered without an error (RFC 9111,
	// section 4.4).
	invalidates bool
	// poll is the step in which those who wait look whether the fetch is done; 0 for at once.
	poll time.Duration
}

var nginx = profile{
	name: "nginx", about: "nginx 1.22, proxy_cache alone",
	wholeSeconds: true, ignoresAge: true, onError: onNoAnswer, errors: keptErrors{anySaid: true}, collapse: CollapseNone,
	ignoresMustRevalidate: true, dropsOther: true,
}

// nginxErrors are kept by proxy_cache_valid 404 500 503 1s; nginxStale are those of use_stale http_500 http_503.
var (
	nginxErrors = keptErrors{anySaid: true, ttl: time.Second, own: []int{404, 500, 503}, stale: nginxStale}
	nginxStale  = []int{500, 503}
)

// varnishErrors are those of which Varnish makes what it makes of good answers: it keeps no others, whatever the origin says.
var varnishErrors = []int{404, 410, 414}

// profiles are all kinds of caches. What is measured was measured on the versions named: see sim/testdata/freshness.csv.
var profiles = []profile{
	{
		name: "rfc", about: "RFC 9111 and RFC 5861",
		fromRequest: true, heuristic: true, background: true, onError: onAnyError, errors: keptErrors{anySaid: true, byDefault: heuristic},
		revalidates: true, storesUnfresh: true, invalidates: true, collapse: CollapseAll,
	},
	{
		// Developer Guide: "HTTP 4xx and 5xx status codes that CloudFront caches", "Control how long CloudFront caches errors" (which has 410
		// among those that it keeps, and the other page has not) and "Serve stale content", read in November 2026.
		name: "cloudfront", about: "Amazon CloudFront as its documentation has it",
		minTTL: For(0), defaultTTL: For(24 * time.Hour), maxTTL: For(365 * 24 * time.Hour), background: true, onError: bySayOrForError,
		errors: keptErrors{
			ttl: 10 * time.Second, own: []int{404, 410, 414, 500, 501, 502, 503, 504}, said: []int{400, 403, 405, 412, 415}, fixed: true,
			forbidden: []int{404, 410, 414, 501},
		},
		// "Manage how long content stays in the cache (expiration)": what is expired is asked for by a conditional request. "Control how long
		// CloudFront caches errors": so are those that CloudFront answers itself where the origin does not (504), 10 s.
		revalidates: true, storesUnfresh: true, keepsSilence: true, mostStale: true, collapse: CollapseAll,
	},
	{
		name: "varnish", about: "Varnish 7.1 as it comes: 10 s of grace",
		defaultTTL: For(2 * time.Minute), grace: For(10 * time.Second), background: true, ignoresMustRevalidate: true,
		errors: keptErrors{byDefault: varnishErrors, said: varnishErrors}, errorEvicts: true, revalidates: true, keep: For(0), collapse: CollapseAll,
	},
	{
		name: "varnish-tuned", about: "Varnish 7.1 without grace but by header, keep 10 min, 404 and 5xx for 1 s",
		defaultTTL: For(2 * time.Minute), background: true, ignoresMustRevalidate: true,
		errors:      keptErrors{ttl: time.Second, own: append([]int{404}, serverErrors()...), byDefault: varnishErrors, said: varnishErrors},
		revalidates: true, keep: For(10 * time.Minute), collapse: CollapseAll,
	},
	nginx,
	nginx.with("nginx-tuned", "nginx 1.22 with revalidate, lock, background update, 404, 500 and 503 for 1 s", func(p *profile) {
		p.revalidates, p.background, p.collapse, p.poll = true, true, CollapseNew, 500*time.Millisecond
		p.errors = nginxErrors
	}),
	nginx.with("nginx-stale", "nginx-tuned with use_stale updating error timeout http_500 http_503", func(p *profile) {
		p.revalidates, p.background, p.updating, p.onError = true, true, true, alwaysOnError
		p.collapse, p.poll = CollapseNew, 500*time.Millisecond
		p.errors = nginxErrors
	}),
	nginx.with("nginx-sie", "nginx 1.22 with revalidate, lock, use_stale error timeout http_500 http_503", func(p *profile) {
		p.revalidates, p.onError, p.errors.stale = true, alwaysOnError, nginxStale
		p.collapse, p.poll = CollapseNew, 500*time.Millisecond
	}),
}

// serverErrors returns all statuses of errors of a server.
func serverErrors() (all []int) {
	for status := 500; status <= 599; status++ {
		all = append(all, status)
	}
	return all
}

// with returns a profile that differs.
func (p profile) with(name, about string, change func(*profile)) profile {
	p.name, p.about = name, about
	change(&p)
	return p
}

// Profiles returns the names of all profiles: "rfc", which departs from nothing, "cloudfront" after its documentation, and those of
// caches that were measured.
func Profiles() []string {
	var names []string
	for i := range profiles {
		names = append(names, profiles[i].name)
	}
	return names
}

// ProfilesOfSlices returns the names of the profiles that know of slices, see [KnowsSlices].
func ProfilesOfSlices() []string {
	return slices.DeleteFunc(Profiles(), func(name string) bool { return !KnowsSlices(name) })
}

// KnowsSlices reports whether caches of a profile can keep slices of objects, each with its age. Those of nginx that update in the background
// cannot: there its slice module asks for whole objects (nginx.org, ngx_http_slice_module, Known Issues, read in November 2026).
func KnowsSlices(profile string) bool {
	p, err := profileOf(profile)
	return err == nil && !(p.dropsOther && p.background)
}

// About returns what a profile is, in words; "" where there is none of the name.
func About(name string) string {
	p, err := profileOf(name)
	if err != nil {
		return ""
	}
	return p.about
}

func profileOf(name string) (*profile, error) {
	if name == "" {
		name = "rfc"
	}
	for i := range profiles {
		if profiles[i].name == name {
			return &profiles[i], nil
		}
	}
	return nil, invalid.New("Profile", fmt.Sprintf("%q", name), "one of %s", strings.Join(Profiles(), ", "))
}
