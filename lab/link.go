package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A link joins two namespaces by a TUN device in each. Packets of either direction leave one after the other at the rate and are
// there after the delay.
type link struct {
	spaces  [2]string // names of network namespaces
	devices [2]string // at most 15 letters
	subnet  string    // "10.9.0" makes the addresses 10.9.0.1 and 10.9.0.2
	oneWay  time.Duration
	// bitsPerSecond counts whole packets, 0 for any number. Packets are dropped where more than buffer bytes wait.
	bitsPerSecond float64
	buffer        float64
	loss          float64 // share of packets that are dropped besides, by a coin of seed
	seed          uint64
	packets       string // a file that gets a table of all packets, none for no table
}

// bufferOf returns the buffer of a way: a round trip at the rate, and no less than 128 KB.
func bufferOf(rtt time.Duration, bitsPerSecond float64) float64 {
	return max(bitsPerSecond/8*rtt.Seconds(), 128<<10)
}

// start runs the link as a process of its own, whose threads nobody else uses, until stop is called.
func (l link) start() (stop func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.Command(self, "link", "-spaces", l.spaces[0]+","+l.spaces[1], "-devices", l.devices[0]+","+l.devices[1], "-subnet", l.subnet,
		"-one-way", l.oneWay.String(), "-rate", fmt.Sprint(l.bitsPerSecond), "-buffer", fmt.Sprint(l.buffer), "-loss", fmt.Sprint(l.loss), "-seed", fmt.Sprint(l.seed),
		"-packets", l.packets)
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	stop = func() error { return errors.Join(in.Close(), c.Wait()) }
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return nil, errors.Join(fmt.Errorf("link: it did not start: %w", err), stop())
	}
	go io.Copy(io.Discard, out)
	return stop, nil
}

// linkCommand is the process of a link: it ends when its input does.
func linkCommand(_ context.Context, args []string) error {
	var l link
	f := flag.NewFlagSet("link", flag.ContinueOnError)
	spaces, devices := f.String("spaces", "", "two namespaces, with a comma"), f.String("devices", "", "names of their devices")
	f.StringVar(&l.subnet, "subnet", "10.9.0", "first three numbers of the addresses")
	f.DurationVar(&l.oneWay, "one-way", 0, "delay")
	f.Float64Var(&l.bitsPerSecond, "rate", 0, "bits per second")
	f.Float64Var(&l.buffer, "buffer", 128<<10, "bytes that may wait")
	f.Float64Var(&l.loss, "loss", 0, "share of packets")
	f.Uint64Var(&l.seed, "seed", 1, "of the coin")
	f.StringVar(&l.packets, "packets", "", "file that gets a table of all packets")
	if err := f.Parse(args); err != nil {
		return err
	}
	var err error
	if l.spaces, err = pair(*spaces); err != nil {
		return err
	}
	if l.devices, err = pair(*devices); err != nil {
		return err
	}
	var ends [2]int
	for i := range ends {
		if ends[i], err = openTUN(l.spaces[i], l.devices[i]); err != nil {
			return err
		}
		address := fmt.Sprintf("%s.%d/24", l.subnet, i+1)
		for _, args := range [][]string{
			{"addr", "add", address, "dev", l.devices[i]},
			{"link", "set", "dev", l.devices[i], "txqueuelen", "20000"}, // else the device itself drops bursts
			{"link", "set", "dev", l.devices[i], "up"},
		} {
			if err := ip(append([]string{"-n", l.spaces[i]}, args...)...); err != nil {
				return err
			}
		}
	}
	var late atomic.Int64
	var seen *recording
	if l.packets != "" {
		seen = &recording{path: l.packets}
	}
	for i := range ends {
		w := way{link: &l, from: ends[i], to: ends[1-i], coin: rand.New(rand.NewPCG(l.seed, uint64(i))), late: &late, end: i, seen: seen}
		w.start()
	}
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	fmt.Fprintf(os.Stderr, "link %s: the latest packet was %v late\n", l.subnet, time.Duration(late.Load()).Round(time.Microsecond))
	return errors.Join(err, seen.write())
}

// openTUN makes a device in a namespace and returns its descriptor, which stays with that namespace.
func openTUN(space, device string) (fd int, err error) {
	type opened struct {
		fd  int
		err error
	}
	result := make(chan opened)
	go func() {
		runtime.LockOSThread() // for good: the thread has changed its namespace and ends with the goroutine
		fd, err := openTUNHere(space, device)
		result <- opened{fd, err}
	}()
	o := <-result
	if o.err != nil {
		return 0, fmt.Errorf("link: device %s in %s: %w", device, space, o.err)
	}
	return o.fd, nil
}

func openTUNHere(space, device string) (int, error) {
	ns, err := unix.Open("/var/run/netns/"+space, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(ns)
	if err := unix.Setns(ns, unix.CLONE_NEWNET); err != nil {
		return 0, err
	}
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	request, err := unix.NewIfreq(device)
	if err != nil {
		return 0, err
	}
	request.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	return fd, unix.IoctlIfreq(fd, unix.TUNSETIFF, request)
}

// A way is one direction of a link.
type way struct {
	*link
	from, to int
	coin     *rand.Rand
	late     *atomic.Int64 // ns, the most
	end      int           // that packets come from
	seen     *recording
}

type packet struct {
	at   int64 // when it is there, by the monotonic clock
	data []byte
	n    int
}

const mostPacket = 2048

// start reads and writes on two threads of their own.
func (w *way) start() {
	packets := make(chan packet, 1<<16)
	free := sync.Pool{New: func() any { return make([]byte, mostPacket) }}
	go func() {
		runtime.LockOSThread()
		departed := int64(0)
		for {
			data := free.Get().([]byte)
			n, err := unix.Read(w.from, data)
			if err == unix.EINTR || err == unix.EAGAIN {
				continue
			}
			if err != nil {
				close(packets)
				return
			}
			at := now()
			leaves := at
			if w.bitsPerSecond > 0 {
				leaves = max(at, departed)
				if float64(leaves-at)/1e9*w.bitsPerSecond/8 > w.buffer {
					w.seen.add(at, w.end, data[:n], true)
					continue
				}
			}
			if w.loss > 0 && w.coin.Float64() < w.loss {
				w.seen.add(at, w.end, data[:n], true)
				continue
			}
			w.seen.add(at, w.end, data[:n], false)
			if w.bitsPerSecond > 0 {
				leaves += int64(8e9 * float64(n) / w.bitsPerSecond)
				departed = leaves
			}
			select {
			case packets <- packet{leaves + int64(w.oneWay), data, n}:
			default: // more than any buffer holds
			}
		}
	}()
	go func() {
		runtime.LockOSThread()
		unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
		for p := range packets {
			until := unix.NsecToTimespec(p.at)
			for unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &until, nil) == unix.EINTR {
			}
			if late := now() - p.at; late > w.late.Load() {
				w.late.Store(late)
			}
			unix.Write(w.to, p.data[:p.n])
			free.Put(p.data)
		}
	}()
}

// now returns the monotonic clock in ns.
func now() int64 {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return t.Nano()
}
