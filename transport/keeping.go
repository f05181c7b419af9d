package transport

import "time"

// DefaultIdleTimeout is how long a connection of a client stays open unused. Assumed: a minute, between the 75 s of nginx
// (keepalive_timeout) and the 5 to 60 s of other servers.
const DefaultIdleTimeout = time.Minute

// A Keeping says how long the connections of clients live, and what their windows do meanwhile. Times are in ns.
type Keeping struct {
	// Idle is how long a connection stays open unused.
	Idle int64
	// Rule says what becomes of its window, Initial is that of a new one in bytes.
	Rule    IdleWindow
	Initial int64
}

// A Conn is a connection of a client to one server as it is now. The zero Conn has never been open. Instants are in ns.
type Conn struct {
	window Window
	ready  int64 // when its handshake is done
	last   int64 // when it was last used: asked over, or answered
	asked  int32 // requests that have no answer yet
	isOpen bool
	isLost bool // a request over it was given up: the client leaves it when none waits any more
	broke  bool // its handshake, or what would have come with its first answer, was lost
}

// IsOpen reports whether a request at an instant finds the connection open: over which requests wait for their answers, or whose
// last use is no longer ago than connections live, but for one that the client leaves.
func (k *Keeping) IsOpen(c *Conn, now int64) bool {
	return c.isOpen && (c.asked > 0 || now-c.last <= k.Idle && !c.isLost)
}

// Open opens a connection anew, with a handshake that is done at an instant.
func (k *Keeping) Open(c *Conn, ready int64) {
	*c = Conn{window: Window{Bytes: k.Initial}, ready: ready, last: ready, isOpen: true}
}

// Begin makes the connection one that was opened before, and last used at an instant.
func (k *Keeping) Begin(c *Conn, last int64) {
	k.Open(c, last)
}

// Close closes the connection.
func (c *Conn) Close() { *c = Conn{} }

// IsAwaited reports whether requests wait over the connection for what comes of them.
func (c *Conn) IsAwaited() bool { return c.asked > 0 }

// Window returns the window of the connection as its last answer has left it.
func (c *Conn) Window() Window { return c.window }

// IsBusy reports whether at an instant a request waits for the last byte of its answer.
func (c *Conn) IsBusy(now int64) bool { return c.asked > 0 || c.last > now }

// WasReady reports whether the handshake of the connection, which may be closed for it was idle, was done at an instant: never if it broke.
func (c *Conn) WasReady(at int64) bool { return c.isOpen && !c.broke && c.ready <= at }

// Break says that the server, or the way to it, is down under the handshake of the connection: it brings no keys.
func (c *Conn) Break() { c.broke = true }

// ReadyAt returns when the handshake of the connection was done.
func (c *Conn) ReadyAt() int64 { return c.ready }

// WasLost reports whether the client has left the connection since the server was down.
func (c *Conn) WasLost() bool { return c.isLost }

// IdleFrom returns from when on no request waits for its answer any more; false where none does at an instant, or nobody knows yet.
func (c *Conn) IdleFrom(now int64) (at int64, ok bool) { return c.last, c.asked == 0 && c.last > now }

// Last returns the instant of the last use.
func (c *Conn) Last() int64 { return c.last }

// Ask asks over an open connection at an instant, and returns how long the handshake still takes.
func (c *Conn) Ask(now int64) (waits int64) {
	c.asked++
	return max(c.ready-now, 0)
}

// Window returns with which window an answer is sent at an instant. timeout is that of retransmissions.
func (k *Keeping) Window(c *Conn, now, timeout int64) Window {
	return k.Rule.after(c.window, now-c.last, timeout, k.Initial)
}

// Answered notes that the last byte of an answer was there at an instant, and the window after it.
func (c *Conn) Answered(at int64, after Window) {
	c.asked--
	c.window = after
	c.last = max(c.last, at)
}

// Failed notes that an error was there at an instant in place of the answer to a request.
func (c *Conn) Failed(at int64) {
	c.asked--
	c.last = max(c.last, at)
}

// Lost notes that a request is given up at an instant, since the server is down: the client leaves the connection or, where others still wait over it, with the last of them.
func (c *Conn) Lost(at int64) {
	c.Failed(at)
	c.isLost = true
}
