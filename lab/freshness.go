package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// A trace is what one object is like at the origin, and when clients ask for it, in s.
type trace struct {
	name   string
	origin origin
	at     []float64
}

// every returns instants from one on, so long apart.
func every(from, step float64, n int) (at []float64) {
	for i := range n {
		at = append(at, from+float64(i)*step)
	}
	return at
}

// traces are replayed against every cache. No request comes near an instant at which lifetimes end, as far as those of all caches
// leave room for that; what still differs between two runs is left out.
var traces = []trace{
	{"maxage3", origin{CacheControl: "max-age=3", Delay: .4}, every(.3, 1, 16)},
	{"age2", origin{CacheControl: "max-age=6", Age: 2}, every(.3, .8, 20)},
	{"etag3", origin{CacheControl: "max-age=3", Validator: true, Delay: .4}, every(.3, 1, 16)},
	{"swr4", origin{CacheControl: "max-age=2, stale-while-revalidate=4"}, append(every(.3, .8, 6), 15.3, 16.1)},
	{"smaxage", origin{CacheControl: "max-age=60, s-maxage=2"}, every(.3, .8, 12)},
	{"nostore", origin{CacheControl: "no-store"}, every(.3, 1.3, 6)},
	{"missing", origin{CacheControl: "max-age=3", Status: 404, Delay: .4}, every(.3, 1, 12)},
	{"unsaid", origin{}, every(.3, .8, 10)},
	{"forbidden", origin{Status: 403}, every(.3, 1.3, 5)},
	{"forbidden3", origin{CacheControl: "max-age=3", Status: 403}, every(.3, 1, 8)},
	{"gone", origin{Status: 410}, every(.3, 1.3, 5)},
	{"gone3", origin{CacheControl: "max-age=3", Status: 410}, every(.3, 1, 8)},
	{"toolong", origin{Status: 414}, every(.3, 1.3, 5)},
	{"broken500", origin{Status: 500}, every(.3, 1.7, 6)},
	{"broken502", origin{Status: 502}, every(.3, 1.7, 6)},
	{"broken5023", origin{CacheControl: "max-age=3", Status: 502}, every(.3, 1, 8)},
	{"sie5", origin{CacheControl: "max-age=2, stale-if-error=5", DownFrom: 3, DownUntil: 14}, every(.3, 1, 14)},
	{"together", origin{CacheControl: "max-age=60", Delay: .7}, every(2.3, .05, 8)},
}

// An origin is what one object is like.
type origin struct {
	CacheControl        string
	Age, Status         int
	Validator           bool
	Delay               float64 // s before the header; 0.1 where it is 0
	DownFrom, DownUntil float64 // s in which it answers 503
}

func (o origin) delay() time.Duration {
	if o.Delay == 0 {
		return 100 * time.Millisecond
	}
	return time.Duration(o.Delay * 1e9)
}

// String says what the object is like as the tests read it.
func (o origin) String() string {
	var parts []string
	if o.CacheControl != "" {
		parts = append(parts, "cc="+o.CacheControl)
	}
	if o.Age > 0 {
		parts = append(parts, fmt.Sprintf("age=%d", o.Age))
	}
	if o.Status > 0 {
		parts = append(parts, fmt.Sprintf("status=%d", o.Status))
	}
	if o.Validator {
		parts = append(parts, "etag=True")
	}
	if o.DownUntil > 0 {
		parts = append(parts, fmt.Sprintf("down=%v-%v", o.DownFrom, o.DownUntil))
	}
	return strings.Join(append(parts, "delay="+strconv.FormatFloat(o.delay().Seconds(), 'f', -1, 64)), ", ")
}

// A site serves the objects of all traces to one cache, and notes who asks.
type site struct {
	start time.Time
	mutex sync.Mutex
	asked map[string][]asked
}

// An asked is a request to the origin.
type asked struct {
	from, to  time.Duration
	confirmed bool
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.Trim(r.URL.Path, "/")
	i := slices.IndexFunc(traces, func(t trace) bool { return t.name == name })
	if i < 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	o, from := &traces[i].origin, time.Since(s.start)
	time.Sleep(o.delay())
	status := max(o.Status, http.StatusOK)
	isDown := from.Seconds() >= o.DownFrom && from.Seconds() < o.DownUntil
	confirmed := false
	switch {
	case isDown:
		status = http.StatusServiceUnavailable
	case o.Validator && r.Header.Get("If-None-Match") == `"it"`:
		status, confirmed = http.StatusNotModified, true
	}
	if !isDown {
		if o.CacheControl != "" {
			w.Header().Set("Cache-Control", o.CacheControl)
		}
		if o.Age > 0 {
			w.Header().Set("Age", strconv.Itoa(o.Age))
		}
		if o.Validator {
			w.Header().Set("ETag", `"it"`)
		}
	}
	s.mutex.Lock()
	s.asked[name] = append(s.asked[name], asked{from, time.Since(s.start), confirmed})
	s.mutex.Unlock()
	if status != http.StatusNotModified {
		w.Header().Set("Content-Length", "1000")
	}
	w.WriteHeader(status)
	if status != http.StatusNotModified {
		w.Write(make([]byte, 1000))
	}
}

// cacheNames are the settings of package freshness that the lab has, each with the ports of the cache and of its origin.
var cacheNames = []string{"varnish", "varnish-tuned", "nginx", "nginx-tuned", "nginx-stale", "nginx-sie"}

func cachePort(i int) int  { return 8100 + i }
func originPort(i int) int { return 8200 + i }

// startCaches starts all caches in this process's namespace, with a bench for their files.
func startCaches(b *bench, run func(command ...string) error) error {
	var servers strings.Builder
	for i, name := range cacheNames {
		settings, ok := map[string]string{
			"nginx":       "",
			"nginx-tuned": "proxy_cache_revalidate on; proxy_cache_lock on; proxy_cache_background_update on; proxy_cache_valid 404 500 503 1s;",
			"nginx-stale": "proxy_cache_revalidate on; proxy_cache_lock on; proxy_cache_background_update on; proxy_cache_valid 404 500 503 1s; proxy_cache_use_stale updating error timeout http_500 http_503;",
			"nginx-sie":   "proxy_cache_revalidate on; proxy_cache_lock on; proxy_cache_use_stale error timeout http_500 http_503;",
		}[name]
		if !ok {
			continue
		}
		fmt.Fprintf(&servers, `
  proxy_cache_path %[1]s/%[2]s keys_zone=%[2]s:1m;
  upstream %[2]s { server 127.0.0.1:%[3]d; keepalive 8; }
  server { listen 127.0.0.1:%[4]d; location / {
    proxy_pass http://%[2]s; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_read_timeout 2s;
    proxy_cache %[2]s; %[5]s add_header X-How $upstream_cache_status always; } }
`, b.dir, name, originPort(i), cachePort(i), settings)
	}
	config, err := b.file("caches.conf", fmt.Sprintf(`
user root; worker_processes 1; daemon off; pid %[1]s/nginx.pid; error_log %[1]s/error.log;
events { worker_connections 512; }
http { access_log off;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
%[2]s}
`, b.dir, servers.String()))
	if err != nil {
		return err
	}
	if err := run("nginx", "-c", config, "-e", filepath.Join(b.dir, "error.log")); err != nil {
		return err
	}
	for i, name := range cacheNames {
		tuned := ""
		switch name {
		case "varnish":
		case "varnish-tuned":
			tuned = `
  if (beresp.http.Cache-Control !~ "stale-while-revalidate") { set beresp.grace = 0s; }
  set beresp.keep = 10m;
  if (beresp.http.Cache-Control !~ "max-age" && (beresp.status == 404 || beresp.status >= 500)) { set beresp.ttl = 1s; set beresp.uncacheable = false; set beresp.grace = 0s; return (deliver); }
  if (bereq.is_bgfetch && beresp.status >= 500) { return (abandon); }`
		default:
			continue
		}
		vcl, err := b.file(name+".vcl", fmt.Sprintf(`vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "%d"; .first_byte_timeout = 2s; }
sub vcl_backend_response {
  unset beresp.http.X-Confirmed;
  if (beresp.was_304) { set beresp.http.X-Confirmed = "yes"; }%s
}
sub vcl_hit { set req.http.X-How = "HIT"; if (obj.ttl < 0s) { set req.http.X-How = "GRACE"; } }
sub vcl_miss { set req.http.X-How = "MISS"; }
sub vcl_pass { set req.http.X-How = "PASS"; }
sub vcl_deliver { set resp.http.X-How = req.http.X-How; }
sub vcl_synth { set resp.http.X-How = req.http.X-How; }
`, originPort(i), tuned))
		if err != nil {
			return err
		}
		if err := run("varnishd", "-F", "-n", filepath.Join(b.dir, name), "-a", fmt.Sprintf("127.0.0.1:%d", cachePort(i)), "-f", vcl, "-s", "malloc,16m"); err != nil {
			return err
		}
	}
	return nil
}

// A replayed is how the requests of a trace ended at a cache, in letters, and what the origin was asked.
type replayed struct {
	Name, Cache      string
	Ends             []string
	Asked, Confirmed int
}

// replay replays all traces against all caches at once, from a whole second on.
func replay(ctx context.Context) ([]replayed, error) {
	b, err := newBench()
	if err != nil {
		return nil, err
	}
	defer b.close()
	if err := startCaches(b, b.serveHere); err != nil {
		return nil, err
	}
	sites := make([]*site, len(cacheNames))
	for i := range cacheNames {
		sites[i] = &site{asked: make(map[string][]asked)}
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", originPort(i)))
		if err != nil {
			return nil, err
		}
		server := &http.Server{Handler: sites[i]}
		go server.Serve(listener)
		defer server.Close()
		if err := listening(fmt.Sprintf("127.0.0.1:%d", cachePort(i))); err != nil {
			return nil, err
		}
	}
	start := time.Now().Truncate(time.Second).Add(2 * time.Second)
	for _, s := range sites {
		s.start = start
	}
	all := make([]replayed, 0, len(cacheNames)*len(traces))
	var errs []error
	var mutex sync.Mutex
	var under sync.WaitGroup
	for k := range traces {
		for i, name := range cacheNames {
			under.Go(func() {
				// Traces come 7 ms apart, so that they do not all ask at once.
				r, err := traces[k].replay(ctx, start, time.Duration(k*len(cacheNames)+i)*time.Millisecond, name, fmt.Sprintf("http://127.0.0.1:%d/", cachePort(i)), sites[i])
				mutex.Lock()
				defer mutex.Unlock()
				all, errs = append(all, r), append(errs, err)
			})
		}
	}
	under.Wait()
	slices.SortFunc(all, func(a, b replayed) int {
		index := func(r replayed) int {
			return slices.IndexFunc(traces, func(t trace) bool { return t.name == r.Name })*len(cacheNames) + slices.Index(cacheNames, r.Cache)
		}
		return index(a) - index(b)
	})
	return all, errors.Join(errs...)
}

// serveHere runs a server in this process's namespace until the bench is closed.
func (b *bench) serveHere(command ...string) error {
	c := exec.Command(command[0], command[1:]...)
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	b.undo = append(b.undo, func() error { c.Process.Signal(os.Interrupt); return c.Wait() })
	return nil
}

// An ended is how one request ended.
type ended struct {
	from, to  time.Duration
	status    int
	how       string
	confirmed bool
}

// replay asks one cache for the object of a trace at its instants.
func (t *trace) replay(ctx context.Context, start time.Time, shift time.Duration, cache, url string, s *site) (replayed, error) {
	ends := make([]ended, len(t.at))
	errs := make([]error, len(t.at))
	var under sync.WaitGroup
	for i, at := range t.at {
		under.Go(func() {
			select {
			case <-time.After(time.Until(start.Add(time.Duration(at*1e9) + shift))):
			case <-ctx.Done():
				errs[i] = ctx.Err()
				return
			}
			from := time.Since(start)
			response, err := http.Get(url + t.name)
			if err != nil {
				errs[i] = err
				return
			}
			defer response.Body.Close()
			_, errs[i] = io.Copy(io.Discard, response.Body)
			ends[i] = ended{from, time.Since(start), response.StatusCode, response.Header.Get("X-How"), response.Header.Get("X-Confirmed") != ""}
		})
	}
	under.Wait()
	time.Sleep(time.Second) // for what goes on in the background
	s.mutex.Lock()
	defer s.mutex.Unlock()
	r := replayed{Name: t.name, Cache: cache, Asked: len(s.asked[t.name])}
	for _, a := range s.asked[t.name] {
		if a.confirmed {
			r.Confirmed++
		}
	}
	for i := range ends {
		r.Ends = append(r.Ends, ends[i].letter(s.asked[t.name]))
	}
	return r, errors.Join(errs...)
}

// letter says how a request ended.
func (e *ended) letter(fetches []asked) string {
	status := ""
	if e.status != http.StatusOK {
		status = strconv.Itoa(e.status)
	}
	isError := e.status >= 400
	// It was delayed if a fetch was under way until it ended.
	delayed := slices.ContainsFunc(fetches, func(f asked) bool { return e.from < f.to-20*time.Millisecond && e.to >= f.to })
	letter := "M"
	switch e.how {
	case "HIT":
		switch letter = "H"; {
		case isError:
			letter = "N"
		case delayed:
			letter = "D"
		}
	case "GRACE", "STALE", "UPDATING":
		if letter = "S"; isError {
			letter = "NS"
		}
	case "REVALIDATED":
		letter = "R"
	default:
		switch {
		case e.status >= 500:
			letter = "E"
		case e.confirmed:
			letter = "R"
		}
	}
	return letter + status
}

// freshnessCommand replays the traces once, in the namespace that it was started in, and writes what came of them to a file.
func freshnessCommand(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("freshness", flag.ContinueOnError)
	out := f.String("out", "", "file")
	if err := f.Parse(args); err != nil {
		return err
	}
	all, err := replay(ctx)
	if err != nil {
		return err
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(*out, text, 0o644)
}

// measureFreshness replays all traces twice and returns those rows in which both agree, as a table.
func measureFreshness(ctx context.Context, tell func(string)) (rows [][]string, err error) {
	b, err := newBench()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	space, err := b.space("f")
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var runs [2][]replayed
	for i := range runs {
		out := filepath.Join(b.dir, "replayed.json")
		if _, err := in(ctx, space, self, "freshness", "-out", out); err != nil {
			return nil, err
		}
		text, err := os.ReadFile(out)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, &runs[i]); err != nil {
			return nil, err
		}
	}
	rows = append(rows, []string{"case", "cache", "origin", "requests", "outcomes", "origin_requests", "origin_304"})
	for i, r := range runs[0] {
		if again := runs[1][i]; !slices.Equal(r.Ends, again.Ends) || r.Asked != again.Asked || r.Confirmed != again.Confirmed {
			tell(fmt.Sprintf("%s at %s differs between two runs and is left out: %v %d, %v %d", r.Name, r.Cache, r.Ends, r.Asked, again.Ends, again.Asked))
			continue
		}
		t := &traces[slices.IndexFunc(traces, func(t trace) bool { return t.name == r.Name })]
		var at []string
		for _, instant := range t.at {
			at = append(at, strconv.FormatFloat(instant, 'f', 3, 64))
		}
		rows = append(rows, []string{r.Name, r.Cache, t.origin.String(), strings.Join(at, " "), strings.Join(r.Ends, " "), strconv.Itoa(r.Asked), strconv.Itoa(r.Confirmed)})
	}
	return rows, nil
}
