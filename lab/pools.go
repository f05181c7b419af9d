package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// poolsRTT is the round trip between the site that asks and the one that is asked: so long that a busy machine is late by little of it.
const poolsRTT = 200 * time.Millisecond

// A pool is how many idle connections nginx keeps to an upstream, for how long, and how often and how many times it is asked.
type pool struct {
	keep     int
	keepFor  time.Duration
	rate     float64
	requests int
}

var pools = []pool{
	{32, time.Minute, 20, 600}, {1, time.Minute, 20, 600}, {4, time.Minute, 20, 600}, {2, time.Minute, 5, 200},
	{32, 300 * time.Millisecond, 10, 400}, {32, time.Second, 2, 120}, {32, time.Second, 5, 200}, {4, 500 * time.Millisecond, 20, 600}, {32, 5 * time.Second, .3, 40},
}

func poolPort(i int) int { return 8400 + i }

// A polled is what one pool was asked: when, since the start, and whether the request opened a connection.
type polled struct {
	At     []time.Duration
	Opened []bool
}

// measurePools lets nginx ask another nginx, a round trip away, over the connections that it keeps. Requests come at random instants, whether
// others have been answered or not. The one that is asked tells how many requests a connection has had: the first has opened it.
func measurePools(ctx context.Context, tell func(string)) (rows [][]string, err error) {
	b, err := newBench()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	near, err := b.space("c")
	if err != nil {
		return nil, err
	}
	far, err := b.space("s")
	if err != nil {
		return nil, err
	}
	stop, err := link{
		spaces: [2]string{near, far}, devices: [2]string{"tunc", "tuns"}, subnet: "10.9.0", oneWay: poolsRTT / 2,
		bitsPerSecond: 100e6, buffer: bufferOf(poolsRTT, 100e6), seed: 1,
	}.start()
	if err != nil {
		return nil, err
	}
	b.undo = append(b.undo, stop)
	if err := b.poolServers(near, far); err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	out := filepath.Join(b.dir, "polled.json")
	if _, err := in(ctx, near, self, "pools", "-out", out); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	var all []polled
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	rows = append(rows, []string{"rtt_ms", "keepalive", "keepalive_timeout_ms", "requests_per_second", "at_ms", "opened"})
	for i, p := range pools {
		var at, opened []string
		count := 0
		for k := range all[i].At {
			at = append(at, strconv.FormatFloat(float64(all[i].At[k])/1e6, 'f', 1, 64))
			one := "0"
			if all[i].Opened[k] {
				one = "1"
				count++
			}
			opened = append(opened, one)
		}
		tell(fmt.Sprintf("keepalive %d, %v, %v requests/s: %d of %d opened a connection", p.keep, p.keepFor, p.rate, count, len(at)))
		rows = append(rows, []string{
			strconv.FormatInt(poolsRTT.Milliseconds(), 10), strconv.Itoa(p.keep), strconv.FormatInt(p.keepFor.Milliseconds(), 10),
			strconv.FormatFloat(p.rate, 'g', -1, 64), strings.Join(at, " "), strings.Join(opened, ""),
		})
	}
	return rows, nil
}

// poolServers starts the nginx that asks, with a port for each pool, and the one that is asked. Pools are those of one worker.
func (b *bench) poolServers(near, far string) error {
	var upstreams strings.Builder
	for i, p := range pools {
		fmt.Fprintf(&upstreams, `
  upstream pool%[1]d { server 10.9.0.2:80; keepalive %[2]d; keepalive_timeout %[3]dms; keepalive_requests 1000000; }
  server { listen 127.0.0.1:%[4]d; location / { proxy_pass http://pool%[1]d; proxy_http_version 1.1; proxy_set_header Connection ""; } }
`, i, p.keep, p.keepFor.Milliseconds(), poolPort(i))
	}
	for _, one := range []struct{ space, name, servers string }{
		{near, "near", upstreams.String()},
		{far, "far", `
  keepalive_timeout 600s; keepalive_requests 1000000;
  server { listen 10.9.0.2:80; location / { add_header X-Asked $connection_requests always; return 200 "done"; } }
`},
	} {
		config, err := b.file(one.name+".conf", fmt.Sprintf(`
user root; worker_processes 1; daemon off; pid %[1]s/%[2]s.pid; error_log %[1]s/%[2]s.log;
events { worker_connections 1024; }
http { access_log off; tcp_nodelay on;
  client_body_temp_path %[1]s/%[2]s-b; proxy_temp_path %[1]s/%[2]s-p; fastcgi_temp_path %[1]s/%[2]s-f; uwsgi_temp_path %[1]s/%[2]s-u; scgi_temp_path %[1]s/%[2]s-s;
%[3]s}
`, b.dir, one.name, one.servers))
		if err != nil {
			return err
		}
		if err := b.serve(one.space, "nginx", "-c", config, "-e", filepath.Join(b.dir, one.name+".log")); err != nil {
			return err
		}
	}
	return nil
}

// poolsCommand asks all pools at once, in the namespace that it was started in, and writes what came of it to a file.
func poolsCommand(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("pools", flag.ContinueOnError)
	out := f.String("out", "", "file")
	if err := f.Parse(args); err != nil {
		return err
	}
	all, errs := make([]polled, len(pools)), make([]error, len(pools))
	for i := range pools {
		if err := listening(fmt.Sprintf("127.0.0.1:%d", poolPort(i))); err != nil {
			return err
		}
	}
	var under sync.WaitGroup
	for i, p := range pools {
		under.Go(func() { all[i], errs[i] = p.ask(ctx, i) })
	}
	under.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return os.WriteFile(*out, text, 0o644)
}

// ask asks one pool at random instants.
func (p pool) ask(ctx context.Context, i int) (polled, error) {
	client := &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{}).DialContext}
	defer client.CloseIdleConnections()
	draws := rand.New(rand.NewPCG(1, uint64(i)))
	all := polled{make([]time.Duration, p.requests), make([]bool, p.requests)}
	errs := make([]error, p.requests)
	start, planned := time.Now(), time.Duration(0)
	var under sync.WaitGroup
	for k := range p.requests {
		planned += time.Duration(draws.ExpFloat64() / p.rate * 1e9)
		select {
		case <-time.After(time.Until(start.Add(planned))):
		case <-ctx.Done():
			return all, ctx.Err()
		}
		all.At[k] = time.Since(start)
		under.Go(func() { all.Opened[k], errs[k] = opens(ctx, client, poolPort(i)) })
	}
	under.Wait()
	return all, errors.Join(errs...)
}

// opens asks once, and reports whether the request opened the connection over which it was answered.
func opens(ctx context.Context, client *http.Transport, port int) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://127.0.0.1:%d/", port), nil)
	if err != nil {
		return false, err
	}
	response, err := client.RoundTrip(request)
	if err != nil {
		return false, err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return false, err
	}
	asked, err := strconv.Atoi(response.Header.Get("X-Asked"))
	if err != nil || response.StatusCode != http.StatusOK {
		return false, fmt.Errorf("lab: pool at port %d: status %d, requests of the connection %q", port, response.StatusCode, response.Header.Get("X-Asked"))
	}
	return asked == 1, nil
}
