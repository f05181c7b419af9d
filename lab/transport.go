package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A line is what a connection is measured over, a condition what it is like before the request.
type line struct {
	rttMs, mbit, lossPercent float64
}

type condition struct {
	name  string
	flags []string // of curl
	clear bool
	// before asks for objects of so many bytes first, over the same connection; silent waits after each so long that they
	// come that many times a minute.
	before    []int64
	perMinute int
	// resumed opens a new connection after the one before, which leaves a ticket.
	resumed bool
	restart string // tcp_slow_start_after_idle
	receive string // tcp_rmem of the client
}

// grows stands for as much as lets a window grow: see sweep.
const grows = 0

var conditions = []condition{
	{name: "cold"},
	{name: "clear", clear: true},
	{name: "tls12", flags: []string{"--tls-max", "1.2"}},
	{name: "tls12-resumed", flags: []string{"--tls-max", "1.2"}, resumed: true},
	{name: "tls13-resumed", resumed: true},
	{name: "h2", flags: []string{"--http2"}},
	{name: "warm-grown", before: []int64{grows}},
	{name: "warm-small", before: []int64{1000}},
	{name: "idle-restart-1", before: []int64{grows}, perMinute: 15, restart: "1"},
	{name: "idle-restart-0", before: []int64{grows}, perMinute: 15, restart: "0"},
}

// lossConditions are those of ways that lose packets.
var lossConditions = []condition{{name: "cold"}, {name: "warm-grown", before: []int64{grows}}}

// windowConditions are those of ways on which the buffers of the ends are the limit.
var windowConditions = []condition{
	{name: "warm-grown", before: []int64{grows}},
	{name: "cold"},
	{name: "receive-6M", before: []int64{grows}, receive: "4096 131072 6291456"},
	{name: "receive-2M", before: []int64{grows}, receive: "4096 131072 2097152"},
	{name: "cold-receive-2M", receive: "4096 131072 2097152"},
}

// idleConditions are silences of connections whose window has grown: so many requests a minute, the first of which takes half a second.
var idleConditions = func() (all []condition) {
	for _, perMinute := range []int{100, 80, 70, 55, 50, 45, 35, 30, 20} {
		all = append(all, condition{name: fmt.Sprintf("idle-%d", perMinute), before: []int64{grows}, perMinute: perMinute, restart: "1"})
	}
	return all
}()

// The values of the sweeps are not those of transport/testdata/measured.csv: what agrees with both was not made to agree with one.
var (
	sweepBytes     = []int64{1000, 20_000, 60_000, 250_000, 800_000}
	transportSweep = sweep{[]line{{40, 20, 0}, {150, 20, 0}}, conditions, sweepBytes, 2_000_000, false, 0, cubic, ""}
	lossSweep      = sweep{[]line{{40, 20, 1}}, lossConditions, sweepBytes, 2_000_000, false, 0, []string{"cubic", "reno", "bbr"}, ""}
	windowsSweep   = sweep{[]line{{100, 400, 0}, {200, 200, 0}}, windowConditions, []int64{1_000_000, 5_000_000, 15_000_000}, 30_000_000, false, 0, cubic, ""}
	idleSweep      = sweep{[]line{{60, 200, 0}}, idleConditions, []int64{500_000}, 500_000, true, 0, cubic, ""}
	http3Sweep     = sweep{[]line{{40, 20, 0}, {150, 20, 0}}, quicConditions, sweepBytes, 2_000_000, false, 0, cubic, ""}
	http3LossSweep = sweep{[]line{{40, 20, 1}}, []condition{quicConditions[0], quicConditions[2]}, sweepBytes, 2_000_000, false, 0, cubic, ""}

	cubic = []string{"cubic"}
)

// How often each cell is measured: where nothing is lost the second least counts, else the mean.
const (
	repeats          = 6
	repeatsUnderLoss = 25
)

// A cell is one row of the table: times in ms from the request, or from the first packet of a new connection, to the first and the
// last byte: the second least or, under loss, means and the standard error of the last.
type cell struct {
	line
	condition, congestion string
	bytes                 int64
	first, last, sem      float64
	silent                float64 // ms before the request, 0 where nobody waited
}

// measureTransport sets up curl and nginx at both ends of a link and measures a sweep.
func measureTransport(ctx context.Context, s sweep, tell func(string)) ([][]string, error) {
	var cells []cell
	for _, l := range s.lines {
		some, err := s.measure(ctx, l, tell)
		if err != nil {
			return nil, err
		}
		cells = append(cells, some...)
		tell(fmt.Sprintf("%v ms, %v Mbit/s, %v %% lost: %d cells", l.rttMs, l.mbit, l.lossPercent, len(some)))
	}
	return tableOf(cells, s), nil
}

// measure measures the sweep over one of its lines.
func (s *sweep) measure(ctx context.Context, l line, tell func(string)) (cells []cell, err error) {
	b, err := newBench()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	client, err := b.space("c")
	if err != nil {
		return nil, err
	}
	server, err := b.space("s")
	if err != nil {
		return nil, err
	}
	rtt := time.Duration(l.rttMs * 1e6)
	buffer := bufferOf(rtt, l.mbit*1e6)
	if s.buffer > 0 {
		buffer = float64(s.buffer)
	}
	stop, err := link{
		spaces: [2]string{client, server}, devices: [2]string{"tunc", "tuns"}, subnet: "10.9.0", oneWay: rtt / 2,
		bitsPerSecond: l.mbit * 1e6, buffer: buffer, loss: l.lossPercent / 100, seed: 1, packets: s.packets,
	}.start()
	if err != nil {
		return nil, err
	}
	b.undo = append(b.undo, stop)
	for _, space := range []string{client, server} {
		// Else a connection begins with what the last one has found.
		if _, err := in(ctx, space, "sysctl", "-w", "net.ipv4.tcp_no_metrics_save=1"); err != nil {
			return nil, err
		}
	}
	ask := fetch
	if strings.HasPrefix(s.conditions[0].name, "quic") {
		ask = http3Fetch
	}
	if err := b.fileServer(ctx, server, client, s.conditions[0], append(slices.Clone(s.sizes), 1000, s.grown), ask); err != nil {
		return nil, err
	}
	n := repeats
	if l.lossPercent > 0 {
		n = repeatsUnderLoss
	}
	for _, congestion := range s.congestions {
		if err := ip("-n", server, "route", "replace", "10.9.0.0/24", "dev", "tuns", "congctl", congestion); err != nil {
			return nil, err
		}
		for _, c := range s.conditions {
			c.before = slices.Clone(c.before)
			for i := range c.before {
				if c.before[i] == grows {
					c.before[i] = s.grown
				}
			}
			if c.restart != "" {
				if _, err := in(ctx, server, "sysctl", "-w", "net.ipv4.tcp_slow_start_after_idle="+c.restart); err != nil {
					return nil, err
				}
			}
			if c.receive != "" {
				if _, err := in(ctx, client, "sysctl", "-w", "net.ipv4.tcp_rmem="+c.receive); err != nil {
					return nil, err
				}
			}
			for _, bytes := range s.sizes {
				one := cell{line: l, condition: c.name, congestion: congestion, bytes: bytes}
				var first, last []float64
				for range n {
					got, err := ask(ctx, client, c, bytes)
					if err != nil {
						return nil, err
					}
					if s.each {
						one.first, one.last, one.silent = got.First*1e3, got.Last*1e3, got.silent*1e3
						cells = append(cells, one)
						continue
					}
					first, last = append(first, got.First*1e3), append(last, got.Last*1e3)
				}
				if s.each {
					continue
				}
				if l.lossPercent > 0 {
					one.first, _ = mean(first)
					one.last, one.sem = mean(last)
				} else {
					var firstAgrees, lastAgrees bool
					one.first, firstAgrees = least(first)
					if one.last, lastAgrees = least(last); !firstAgrees || !lastAgrees {
						tell(fmt.Sprintf("%v ms, %s, %d bytes: left out, first bytes %.1f, last %.1f ms", l.rttMs, c.name, bytes, first, last))
						continue
					}
				}
				cells = append(cells, one)
			}
		}
	}
	return cells, nil
}

// fileServer starts nginx, or Caddy for HTTP/3, with files of random bytes, and waits until it answers to a client.
func (b *bench) fileServer(ctx context.Context, space, client string, c condition, sizes []int64, ask func(context.Context, string, condition, int64) (clocked, error)) error {
	for _, bytes := range sizes {
		if _, err := in(ctx, space, "dd", "if=/dev/urandom", "of="+filepath.Join(b.dir, strconv.FormatInt(bytes, 10)), "bs="+strconv.FormatInt(bytes, 10), "count=1", "iflag=fullblock"); err != nil {
			return err
		}
	}
	key, certificate, err := b.certificate(ctx, space)
	if err != nil {
		return err
	}
	if strings.HasPrefix(c.name, "quic") {
		err = b.caddy(space, key, certificate)
	} else {
		err = b.nginx(space, key, certificate)
	}
	if err != nil {
		return err
	}
	for range 100 {
		if _, err = ask(ctx, client, c, 1000); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("the server does not answer: %w", err)
}

// nginx starts nginx with the files of the bench, in clear at port 80 and over TLS at 443.
func (b *bench) nginx(space, key, certificate string) error {
	config, err := b.file("nginx.conf", fmt.Sprintf(`
user root; worker_processes 1; daemon off; pid %[1]s/nginx.pid; error_log %[1]s/error.log;
events { worker_connections 512; }
http {
  access_log off; default_type application/octet-stream; sendfile on; tcp_nodelay on;
  keepalive_timeout 120s; keepalive_requests 100000;
  ssl_certificate %[2]s; ssl_certificate_key %[3]s; ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:sessions:1m; ssl_session_tickets on;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  server { listen 10.9.0.2:80; listen 10.9.0.2:443 ssl http2; root %[1]s; }
}
`, b.dir, certificate, key))
	if err != nil {
		return err
	}
	return b.serve(space, "nginx", "-c", config, "-e", filepath.Join(b.dir, "error.log"))
}

// fetch lets curl ask for what comes before and then for an object, and returns what that took.
func fetch(ctx context.Context, space string, c condition, bytes int64) (times clocked, err error) {
	command := []string{"curl", "-sk", "--http1.1", "--tlsv1.2", "-w", `%{json}\n`}
	command = append(command, c.flags...)
	host := "https://10.9.0.2/"
	if c.clear {
		host = "http://10.9.0.2/"
	}
	before := c.before
	if c.resumed {
		before = []int64{1000}
		command = append(command, "-H", "Connection: close")
	}
	if c.perMinute > 0 {
		command = append(command, "--rate", fmt.Sprintf("%d/m", c.perMinute))
	}
	for _, n := range append(slices.Clone(before), bytes) {
		command = append(command, "-o", "/dev/null", host+strconv.FormatInt(n, 10))
	}
	out, err := in(ctx, space, command...)
	if err != nil {
		return times, err
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &times); err != nil {
		return times, err
	}
	isNew := c.before == nil
	if times.Bytes != bytes || (times.New > 0) != isNew {
		return times, fmt.Errorf("%s: curl has got %d of %d bytes over %d new connections", c.name, times.Bytes, bytes, times.New)
	}
	if c.perMinute > 0 {
		var before clocked
		if err := json.Unmarshal([]byte(lines[len(lines)-2]), &before); err != nil {
			return times, err
		}
		times.silent = 60/float64(c.perMinute) - before.Last // curl counts from request to request
	}
	return times, nil
}

// least returns the second least of at least three times, and whether the three least agree within 2 ms or 2 %. A machine that has other
// work makes times longer and none shorter.
func least(ms []float64) (float64, bool) {
	ms = slices.Sorted(slices.Values(ms))
	return ms[1], ms[2]-ms[0] <= max(2, 0.02*ms[0])
}

// mean returns the mean and its standard error.
func mean(xs []float64) (mean, sem float64) {
	n := float64(len(xs))
	for _, x := range xs {
		mean += x / n
	}
	for _, x := range xs {
		sem += (x - mean) * (x - mean)
	}
	return mean, math.Sqrt(sem / max(n-1, 1) / n)
}

// tableOf returns the cells of a sweep as a table, times to a tenth of a ms: where each request has a row with how long nothing came before, else with the buffer where that is said.
func tableOf(cells []cell, s sweep) [][]string {
	rows := [][]string{{"rtt_ms", "mbit_per_second", "loss_percent", "case", "congestion", "bytes", "first_ms", "last_ms", "standard_error_ms"}}
	for _, c := range cells {
		sem := ""
		if c.lossPercent > 0 {
			sem = strconv.FormatFloat(c.sem, 'f', 1, 64)
		}
		rows = append(rows, []string{
			fmt.Sprint(c.rttMs), fmt.Sprint(c.mbit), fmt.Sprint(c.lossPercent), c.condition, c.congestion, strconv.FormatInt(c.bytes, 10),
			strconv.FormatFloat(c.first, 'f', 1, 64), strconv.FormatFloat(c.last, 'f', 1, 64), sem,
		})
	}
	switch {
	case s.each:
		rows[0] = append(rows[0], "silent_ms")
		for i := range cells {
			rows[i+1] = append(rows[i+1], strconv.FormatFloat(cells[i].silent, 'f', 0, 64))
		}
	case s.buffer > 0:
		rows[0] = append(rows[0], "buffer_bytes")
		for i := range cells {
			rows[i+1] = append(rows[i+1], strconv.FormatInt(s.buffer, 10))
		}
	}
	return rows
}
