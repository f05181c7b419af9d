package transport

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
)

// An IdleWindow says with which congestion window an open connection sends the next response after a silence
// longer than its retransmission timeout.
type IdleWindow uint8

const (
	// RestartWindow sends from the initial window again, as a new connection does: RFC 5681, section 4.1, and what
	// Linux does unless told otherwise (tcp_slow_start_after_idle is 1; it halves the window once a timeout, RFC 2861,
	// and so is there after some seconds). It is the zero value.
	RestartWindow IdleWindow = iota
	// KeepWindow sends from the window that the connection has grown, taken to cover a round trip at the client's
	// rate: RFC 7661, and servers on which restarting is turned off.
	KeepWindow
	// HalveWindow halves the window for every retransmission timeout of silence, down to the initial one: RFC 2861, and what
	// Linux does. Where nothing is known of the silence but that it is one, the window is the initial one.
	HalveWindow
)

var idleWindows = [...]string{RestartWindow: "restart", KeepWindow: "keep", HalveWindow: "halve"}

// after returns a window after a silence, with a retransmission timeout; no silence makes it larger.
func (w IdleWindow) after(window Window, silence, timeout, initial int64) Window {
	switch {
	case w == KeepWindow || silence <= timeout || window.Bytes <= initial:
		return window
	case w == HalveWindow:
		if times := silence / timeout; times < 63 {
			return Window{max(window.Bytes>>times, initial), window.SlowTo}
		}
	}
	return Window{initial, window.SlowTo}
}

// String returns the name that scenario files use, for example "restart".
func (w IdleWindow) String() string {
	if int(w) >= len(idleWindows) {
		return fmt.Sprintf("idle window(%d)", uint8(w))
	}
	return idleWindows[w]
}

// ParseIdleWindow returns the rule of a name.
func ParseIdleWindow(name string) (IdleWindow, error) {
	for w, of := range idleWindows {
		if of == name {
			return IdleWindow(w), nil
		}
	}
	return 0, invalid.New("idle window", strconv.Quote(name), "one of %s", strings.Join(idleWindows[:], ", "))
}
