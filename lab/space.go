package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// missing says what keeps the lab from running here, or nothing.
func missing(programs ...string) error {
	if os.Geteuid() != 0 {
		return errors.New("lab: it makes network namespaces: run it as root")
	}
	if _, err := os.Stat("/dev/net/tun"); err != nil {
		return fmt.Errorf("lab: no TUN devices here: %w", err)
	}
	for _, program := range append([]string{"ip"}, programs...) {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("lab: %w; the README says what to install", err)
		}
	}
	name := fmt.Sprintf("lab-try-%d", os.Getpid())
	if err := ip("netns", "add", name); err != nil {
		return fmt.Errorf("lab: no network namespaces here: %w", err)
	}
	return ip("netns", "del", name)
}

// ip runs the command of that name.
func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return nil
}

// pair splits two names.
func pair(text string) ([2]string, error) {
	a, b, ok := strings.Cut(text, ",")
	if !ok || a == "" || b == "" {
		return [2]string{}, fmt.Errorf("lab: %q; want two names with a comma between them", text)
	}
	return [2]string{a, b}, nil
}

// A bench is a place to measure in: namespaces, servers and a directory, which close takes away.
type bench struct {
	dir  string
	undo []func() error
}

func newBench() (*bench, error) {
	dir, err := os.MkdirTemp("", "lab")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, undo: []func() error{func() error { return os.RemoveAll(dir) }}}
	return b, os.Chmod(dir, 0o755) // servers give up root
}

// close undoes everything, the last first.
func (b *bench) close() error {
	var errs []error
	for i := len(b.undo) - 1; i >= 0; i-- {
		errs = append(errs, b.undo[i]())
	}
	b.undo = nil
	return errors.Join(errs...)
}

// space makes a network namespace, whose name ends as given, with its own loopback.
func (b *bench) space(suffix string) (name string, err error) {
	name = fmt.Sprintf("lab-%d-%s", os.Getpid(), suffix)
	if err := ip("netns", "add", name); err != nil {
		return "", err
	}
	b.undo = append(b.undo, func() error { return ip("netns", "del", name) })
	return name, ip("-n", name, "link", "set", "dev", "lo", "up")
}

// file writes a file of the bench and returns its path.
func (b *bench) file(name, text string) (string, error) {
	path := filepath.Join(b.dir, name)
	return path, os.WriteFile(path, []byte(text), 0o644)
}

// serve runs a server in a namespace until the bench is closed.
func (b *bench) serve(space string, command ...string) error {
	c := exec.Command("ip", append([]string{"netns", "exec", space}, command...)...)
	c.Env = append(os.Environ(), "HOME="+b.dir)
	log, err := os.Create(filepath.Join(b.dir, filepath.Base(command[0])+".log"))
	if err != nil {
		return err
	}
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		return err
	}
	b.undo = append(b.undo, func() error {
		defer log.Close()
		if err := c.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		ended := make(chan struct{})
		go func() { c.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			return c.Process.Kill()
		}
		return nil
	})
	return nil
}

// in runs a command in a namespace and returns what it prints.
func in(ctx context.Context, space string, command ...string) (string, error) {
	c := exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", space}, command...)...)
	var diagnosis bytes.Buffer
	c.Stderr = &diagnosis
	out, err := c.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, bytes.TrimSpace(diagnosis.Bytes()))
	}
	return string(out), nil
}

// listening waits until something takes connections at an address of this process's namespace.
func listening(address string) error {
	var err error
	for range 100 {
		var c net.Conn
		if c, err = net.DialTimeout("tcp", address, time.Second); err == nil {
			return c.Close()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("lab: nothing listens at %s: %w", address, err)
}

// versionOf returns the line in which a program says its version.
func versionOf(command ...string) string {
	out, _ := exec.Command(command[0], command[1:]...).CombinedOutput()
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return strings.TrimSpace(line)
}
