package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// workersWork is how long a worker is kept from all else by one request, workersRequests how many requests each row has.
const (
	workersWork     = 40 * time.Millisecond
	workersRequests = 400
)

// A crew is a server with so many workers, and the share of their time that it is asked for.
type crew struct {
	workers int
	load    float64
}

var crews = []crew{{1, .5}, {1, .7}, {1, .85}, {2, .5}, {2, .7}, {2, .85}, {4, .5}, {4, .7}, {4, .85}}

// measureWorkers asks servers with a few workers at random instants, whether they have answered or not: an open load. Each request keeps a
// worker for a fixed time, as a script does that waits for a disk or a database, so that it takes no processor.
func measureWorkers(ctx context.Context, tell func(string)) ([][]string, error) {
	b, err := newBench()
	if err != nil {
		return nil, err
	}
	defer b.close()
	rows := make([][]string, len(crews))
	errs := make([]error, len(crews))
	var under sync.WaitGroup
	for i, c := range crews {
		if err := b.startCrew(i, c.workers); err != nil {
			return nil, err
		}
		under.Go(func() { rows[i], errs[i] = c.measure(ctx, i) })
	}
	under.Wait()
	for i, c := range crews {
		if rows[i] != nil {
			tell(fmt.Sprintf("%d workers at a load of %v: %s ms of work", c.workers, c.load, rows[i][2]))
		}
	}
	return append([][]string{{"workers", "load", "work_ms", "at_ms", "wait_ms"}}, rows...), errors.Join(errs...)
}

func crewAddress(i int) string { return fmt.Sprintf("127.0.0.1:%d", 18300+i) }

// startCrew starts nginx with so many workers.
func (b *bench) startCrew(i, workers int) error {
	name := fmt.Sprintf("crew-%d", i)
	config, err := b.file(name+".conf", fmt.Sprintf(`
load_module /usr/lib/nginx/modules/ngx_http_perl_module.so;
user root; worker_processes %[3]d; daemon off; pid %[1]s/%[2]s.pid; error_log %[1]s/%[2]s.log;
events { worker_connections 512; }
http { access_log off; keepalive_timeout 0;
  client_body_temp_path %[1]s/%[2]s-b; proxy_temp_path %[1]s/%[2]s-p; fastcgi_temp_path %[1]s/%[2]s-f; uwsgi_temp_path %[1]s/%[2]s-u; scgi_temp_path %[1]s/%[2]s-s;
  server { listen %[4]s backlog=1024; location / {
    perl 'sub { my $r = shift; select(undef, undef, undef, %[5]v); $r->send_http_header("text/plain"); $r->print("done"); return OK; }'; } }
}
`, b.dir, name, workers, crewAddress(i), workersWork.Seconds()))
	if err != nil {
		return err
	}
	if err := b.serveHere("nginx", "-c", config, "-e", filepath.Join(b.dir, name+".log")); err != nil {
		return err
	}
	return listening(crewAddress(i))
}

// measure asks one crew, and returns its row: when requests came, and how long each waited. What the least takes is work.
func (c crew) measure(ctx context.Context, i int) ([]string, error) {
	transport := &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{}).DialContext}
	defer transport.CloseIdleConnections()
	ask := func() (time.Duration, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+crewAddress(i)+"/", nil)
		if err != nil {
			return 0, err
		}
		from := time.Now()
		response, err := transport.RoundTrip(request)
		if err != nil {
			return 0, err
		}
		defer response.Body.Close()
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			return 0, err
		}
		if response.StatusCode != http.StatusOK {
			return 0, fmt.Errorf("lab: crew %d: status %d", i, response.StatusCode)
		}
		return time.Since(from), nil
	}
	for range 5 { // what is loaded at first
		if _, err := ask(); err != nil {
			return nil, err
		}
	}
	draws := rand.New(rand.NewPCG(1, uint64(i)))
	gap := float64(workersWork) / c.load / float64(c.workers)
	at, took, errs := make([]time.Duration, workersRequests), make([]time.Duration, workersRequests), make([]error, workersRequests)
	start, planned := time.Now(), time.Duration(0)
	var under sync.WaitGroup
	for k := range workersRequests {
		planned += time.Duration(draws.ExpFloat64() * gap)
		select {
		case <-time.After(time.Until(start.Add(planned))):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		at[k] = time.Since(start)
		under.Go(func() { took[k], errs[k] = ask() })
	}
	under.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	least := slices.Min(took)
	ms := func(d time.Duration) string { return strconv.FormatFloat(float64(d)/1e6, 'f', 2, 64) }
	var instants, waits []string
	for k := range at {
		instants, waits = append(instants, ms(at[k])), append(waits, ms(took[k]-least))
	}
	return []string{strconv.Itoa(c.workers), strconv.FormatFloat(c.load, 'g', -1, 64), ms(least), strings.Join(instants, " "), strings.Join(waits, " ")}, nil
}
