package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The object of the slices: its size, that of a slice, and what those ask for who do not ask for all.
const (
	slicedBytes    = 80 << 10
	sliceBytes     = 32 << 10
	beginningBytes = 16 << 10
)

// A slicing is what the object is like at the origin, and who asks for it: for all of it or for the beginning, at instants in s.
type slicing struct {
	name     string
	maxAge   int
	etag     bool
	changeAt float64 // s, 0 for never
	requests string
}

var slicings = []slicing{
	{"ages", 4, true, 0, "0:b 0.5:a 1:b 2:b 4.7:b 5.2:b 6.2:a 7.2:a 8.2:a 9.4:a 12.2:a"},
	{"changes", 4, true, 5.82, "0:b 0.5:a 1:b 2:b 4.7:b 5.2:b 6.2:a 6.5:a 7.2:a 7.5:a 10.2:a"},
	{"untold", 4, false, 5.82, "0:b 0.5:a 1:b 2:b 4.7:b 5.2:b 6.2:a 6.5:a 7.2:a 7.5:a 10.2:a"},
}

// slicingCaches are the settings of package freshness under which nginx keeps slices.
var slicingCaches = map[string]string{
	"nginx":     "",
	"nginx-sie": "proxy_cache_revalidate on; proxy_cache_lock on; proxy_cache_use_stale error timeout http_500 http_503;",
}

// A slicedSite serves the object to one cache, whole or a range of it, and counts who asks.
type slicedSite struct {
	slicing
	start            time.Time
	mutex            sync.Mutex
	asked, confirmed int
}

func (s *slicedSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	version := `"old"`
	if s.changeAt > 0 && time.Since(s.start).Seconds() >= s.changeAt {
		version = `"new"`
	}
	status, from, to := http.StatusOK, 0, slicedBytes-1
	if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); n == 2 {
		status, to = http.StatusPartialContent, min(to, slicedBytes-1)
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, slicedBytes))
	}
	if s.etag {
		w.Header().Set("ETag", version)
		if r.Header.Get("If-None-Match") == version {
			status = http.StatusNotModified
		}
	}
	w.Header().Set("Cache-Control", fmt.Sprintf("max-age=%d", s.maxAge))
	s.mutex.Lock()
	s.asked++
	if status == http.StatusNotModified {
		s.confirmed++
	}
	s.mutex.Unlock()
	if status == http.StatusNotModified {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(to-from+1))
	w.WriteHeader(status)
	w.Write(make([]byte, to-from+1))
}

// measureSlices asks nginx, which keeps slices, for an object: how many bytes come of each answer, and how often the origin is asked.
func measureSlices(ctx context.Context, tell func(string)) (rows [][]string, err error) {
	rows = append(rows, []string{"case", "cache", "origin", "requests", "bytes", "origin_requests", "origin_304"})
	for _, cache := range []string{"nginx", "nginx-sie"} {
		for _, s := range slicings {
			row, err := s.measure(ctx, cache)
			if err != nil {
				return nil, fmt.Errorf("%s at %s: %w", s.name, cache, err)
			}
			tell(strings.Join(row, ", "))
			rows = append(rows, row)
		}
	}
	return rows, nil
}

const slicedCachePort, slicedOriginPort = 8301, 8302

func (s slicing) measure(ctx context.Context, cache string) (row []string, err error) {
	b, err := newBench()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	config, err := b.file("slices.conf", fmt.Sprintf(`
user root; worker_processes 1; daemon off; pid %[1]s/nginx.pid; error_log %[1]s/error.log;
events { worker_connections 64; }
http { access_log off;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  proxy_cache_path %[1]s/cache keys_zone=c:1m;
  server { listen 127.0.0.1:%[2]d; location / {
    slice %[3]d; proxy_cache c; proxy_cache_key $uri$slice_range; proxy_set_header Range $slice_range; proxy_http_version 1.1;
    proxy_pass http://127.0.0.1:%[4]d; %[5]s } }
}
`, b.dir, slicedCachePort, sliceBytes, slicedOriginPort, slicingCaches[cache]))
	if err != nil {
		return nil, err
	}
	if err := b.serveHere("nginx", "-c", config, "-e", filepath.Join(b.dir, "error.log")); err != nil {
		return nil, err
	}
	site := &slicedSite{slicing: s}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", slicedOriginPort))
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: site}
	go server.Serve(listener)
	defer server.Close()
	at := fmt.Sprintf("127.0.0.1:%d", slicedCachePort)
	if err := listening(at); err != nil {
		return nil, err
	}
	site.start = time.Now().Truncate(time.Second).Add(2 * time.Second)
	var came []string
	for _, request := range strings.Fields(s.requests) {
		instant, what, _ := strings.Cut(request, ":")
		seconds, err := strconv.ParseFloat(instant, 64)
		if err != nil {
			return nil, err
		}
		select {
		case <-time.After(time.Until(site.start.Add(time.Duration(seconds * 1e9)))):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		n, err := askForPart("http://"+at+"/object", what == "b")
		if err != nil {
			return nil, err
		}
		came = append(came, strconv.FormatInt(n, 10))
	}
	site.mutex.Lock()
	defer site.mutex.Unlock()
	return []string{s.name, cache, s.String(), s.requests, strings.Join(came, " "), strconv.Itoa(site.asked), strconv.Itoa(site.confirmed)}, nil
}

// String says what the object is like as the tests read it.
func (s slicing) String() string {
	return fmt.Sprintf("max-age=%d etag=%t change=%v", s.maxAge, s.etag, s.changeAt)
}

// askForPart asks for all of an object or its beginning, over a connection of its own, and returns how many bytes have come, all or not.
func askForPart(url string, beginning bool) (bytes int64, err error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	request.Close = true
	if beginning {
		request.Header.Set("Range", fmt.Sprintf("bytes=0-%d", beginningBytes-1))
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	bytes, err = io.Copy(io.Discard, response.Body)
	if errors.Is(err, io.ErrUnexpectedEOF) { // broken off
		err = nil
	}
	return bytes, err
}
