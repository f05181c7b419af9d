package trace

import (
	"bufio"
	"bytes"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/text"
)

// A tisSource reads "time id size", and leaves out what follows.
type tisSource struct {
	*text.Lines
	clock clock
	more  int // fields after the third
}

func newTISSource(r *bufio.Reader, options Options) *tisSource {
	return &tisSource{Lines: text.NewLines(r), clock: clockOf(options, defaultUnit)}
}

func (t *tisSource) read() (Request, error) {
	line, err := t.Next()
	if err != nil {
		return Request{}, err
	}
	when, rest := cutField(line)
	key, rest := cutField(rest)
	size, rest := cutField(rest)
	if len(size) == 0 {
		return Request{}, t.Errorf("%s has %d fields; it must have three: time, id, size", text.Quote(string(line)), len(bytes.Fields(line)))
	}
	if len(rest) > 0 {
		t.more = max(t.more, len(bytes.Fields(rest)))
	}
	request := Request{Key: parseKey(key), Next: -1}
	if request.Time, err = t.clock.parse(string(when)); err != nil {
		return Request{}, t.Errorf("%v", err)
	}
	if request.SizeBytes, err = parseSize(string(size)); err != nil {
		return Request{}, t.Errorf("%v", err)
	}
	return request, nil
}

// cutField returns the first field of text and what follows it.
func cutField(text []byte) (field, rest []byte) {
	i := bytes.IndexAny(text, " \t")
	if i < 0 {
		return text, nil
	}
	return text[:i], bytes.TrimLeft(text[i:], " \t")
}

// An idSource reads one id a line, below a header if the first line is one.
type idSource struct {
	*text.Lines
	begun bool
	warn  text.Warn
}

func (s *idSource) read() (Request, error) {
	line, err := s.Next()
	if err != nil {
		return Request{}, err
	}
	if !s.begun {
		s.begun = true
		if name := strings.ToLower(strings.Trim(string(line), `"`)); slices.Contains(usualKeys, name) {
			s.warn.Say("line 1 is %s, which is taken for a header, not for an id", text.Quote(string(line)))
			return s.read()
		}
	}
	if bytes.IndexByte(line, 0) >= 0 {
		return Request{}, s.Errorf("it has a zero byte: this is no text trace")
	}
	return Request{Key: parseKey(line), SizeBytes: 1, Next: -1}, nil
}

// An ibmSource reads IBM's object store traces: time in ms, REST.GET.OBJECT, id, size, and the range, of which size and
// range may be missing.
type ibmSource struct {
	*text.Lines
	clock clock
	acts  actions
}

func (s *ibmSource) read() (Request, error) {
	for {
		line, err := s.Next()
		if err != nil {
			return Request{}, err
		}
		fields := bytes.Fields(line)
		if len(fields) < 3 {
			return Request{}, s.Errorf("%s has %d fields; it must have time, operation and id", text.Quote(string(line)), len(fields))
		}
		request := Request{Key: parseKey(fields[2]), Next: -1, Extent: Unknown}
		if request.Time, err = s.clock.parse(string(fields[0])); err != nil {
			return Request{}, s.Errorf("%v", err)
		}
		if len(fields) > 3 {
			if request.SizeBytes, err = parseSize(string(fields[3])); err != nil {
				return Request{}, s.Errorf("%v", err)
			}
			request.Extent = Whole
		}
		taken, err := s.acts.take(string(fields[1]), &request)
		if err != nil {
			return Request{}, s.Errorf("%v", err)
		}
		if taken {
			return request, nil
		}
	}
}
