package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// onTerminal runs a command whose standard output and error are a terminal of 100 columns, and returns all that it wrote there.
func onTerminal(t *testing.T, environment []string, args ...string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	defer master.Close()
	require.NoError(t, unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0))
	number, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetWinsize(int(master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 100}))
	terminal, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	var written bytes.Buffer
	read := make(chan struct{})
	go func() {
		defer close(read)
		_, _ = io.Copy(&written, master) // ends with EIO when nobody holds the terminal any more
	}()
	p := command(nil, args...)
	p.Env = append(p.Env, environment...)
	p.Stdout, p.Stderr = terminal, terminal
	require.NoError(t, p.Run())
	require.NoError(t, terminal.Close())
	<-read
	return written.String()
}

// colour is an escape sequence that sets colours, weights and the like.
var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestTerminalsSeeNoColour: NO_COLOR (https://no-color.org) is kept, for there is no colour with or without it; a bar moves the cursor,
// except on a terminal that cannot.
func TestTerminalsSeeNoColour(t *testing.T) {
	file := scenarioFile(t, tiny)
	for _, environment := range [][]string{{"TERM=xterm-256color", "NO_COLOR=1"}, {"TERM=xterm-256color", "NO_COLOR="}, {"TERM=dumb"}} {
		out := onTerminal(t, environment, "run", file, "-o", filepath.Join(t.TempDir(), "out"))
		require.Contains(t, out, "site: verdicts against region")
		require.NotRegexp(t, colour, out, environment)
		if environment[0] == "TERM=dumb" {
			require.NotContains(t, out, "\x1b", environment)
		}
	}
}
