package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/quic-go/quic-go/http3"
)

// quicConditions are those of HTTP/3, whose server is Caddy and whose client this program.
var quicConditions = []condition{
	{name: "quic"},
	{name: "quic-resumed", resumed: true},
	{name: "quic-warm-grown", before: []int64{grows}},
}

// caddy starts Caddy with the files of the bench over HTTP/3, at the same address as nginx.
func (b *bench) caddy(space, key, certificate string) error {
	config, err := b.file("Caddyfile", fmt.Sprintf(`{
	admin off
	auto_https off
	default_sni lab
}
https://10.9.0.2:443 {
	tls %s %s
	root * %s
	file_server
}
`, certificate, key, b.dir))
	if err != nil {
		return err
	}
	return b.serve(space, "caddy", "run", "--config", config, "--adapter", "caddyfile")
}

// A clocked is what the clients print of a request: s to the first and the last byte, and what came.
type clocked struct {
	First float64 `json:"time_starttransfer"`
	Last  float64 `json:"time_total"`
	Bytes int64   `json:"size_download"`
	New   int     `json:"num_connects"`
	// silent is how long nothing came before, in s.
	silent float64
}

// http3Fetch lets this program ask for an object over HTTP/3 in a namespace, and returns what it took.
func http3Fetch(ctx context.Context, space string, c condition, bytes int64) (times clocked, err error) {
	self, err := os.Executable()
	if err != nil {
		return times, err
	}
	command := []string{self, "http3", "-bytes", strconv.FormatInt(bytes, 10), "-resumed=" + strconv.FormatBool(c.resumed)}
	if c.before != nil {
		command = append(command, "-before", strconv.FormatInt(c.before[0], 10))
	}
	out, err := in(ctx, space, command...)
	if err != nil {
		return times, err
	}
	if err := json.Unmarshal([]byte(out), &times); err != nil {
		return times, err
	}
	if times.Bytes != bytes {
		return times, fmt.Errorf("%s: %d of %d bytes have come", c.name, times.Bytes, bytes)
	}
	return times, nil
}

// http3Command asks once, in the namespace that it was started in, and prints the times of that request.
func http3Command(ctx context.Context, args []string) (err error) {
	f := flag.NewFlagSet("http3", flag.ContinueOnError)
	bytes, before := f.Int64("bytes", 0, "of the object"), f.Int64("before", 0, "of an object that is asked for first, over the same connection")
	resumed := f.Bool("resumed", false, "open a connection first, and ask with early data over the next one")
	if err := f.Parse(args); err != nil {
		return err
	}
	client := &http3.Transport{TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, // the certificate is of the lab
		ServerName:         "lab",
		ClientSessionCache: tls.NewLRUClientSessionCache(8),
		// The default offers a key of 1.2 KB more, which splits the first message in two.
		CurvePreferences: []tls.CurveID{tls.X25519},
	}}
	defer func() { err = errors.Join(err, client.Close()) }()
	ask := func(method string, n int64) (clocked, error) {
		request, err := http.NewRequestWithContext(ctx, method, "https://10.9.0.2/"+strconv.FormatInt(n, 10), nil)
		if err != nil {
			return clocked{}, err
		}
		from := time.Now()
		response, err := client.RoundTrip(request)
		if err != nil {
			return clocked{}, err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return clocked{}, fmt.Errorf("http3: %s", response.Status)
		}
		one := make([]byte, 1)
		if _, err := io.ReadFull(response.Body, one); err != nil {
			return clocked{}, err
		}
		first := time.Since(from)
		rest, err := io.Copy(io.Discard, response.Body)
		return clocked{First: first.Seconds(), Last: time.Since(from).Seconds(), Bytes: rest + 1}, err
	}
	method := http.MethodGet
	switch {
	case *resumed:
		if _, err := ask(method, 1000); err != nil {
			return err
		}
		time.Sleep(500 * time.Millisecond) // for the ticket
		client.CloseIdleConnections()
		if err := client.Close(); err != nil {
			return err
		}
		method = http3.MethodGet0RTT
		client = &http3.Transport{TLSClientConfig: client.TLSClientConfig}
	case *before > 0:
		if _, err := ask(method, *before); err != nil {
			return err
		}
	}
	times, err := ask(method, *bytes)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(times)
}

// certificate makes a key and a certificate for P-256, which fits into one packet.
func (b *bench) certificate(ctx context.Context, space string) (key, certificate string, err error) {
	key, certificate = filepath.Join(b.dir, "key.pem"), filepath.Join(b.dir, "certificate.pem")
	_, err = in(ctx, space, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
		"-subj", "/CN=lab", "-keyout", key, "-out", certificate)
	return key, certificate, err
}
