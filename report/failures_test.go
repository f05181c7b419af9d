package report_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

func TestFailuresOfSitesAreSaid(t *testing.T) {
	c := fixtureNamed("typical")
	screen := func() string {
		var b bytes.Buffer
		require.NoError(t, report.WriteScreen(&b, c, report.Layout{}))
		return b.String()
	}
	require.NotContains(t, screen(), "Failures")
	c.Sites = []edgewise.Place{{ID: "pop-lax", Name: "Los Angeles", Kind: "pop"}}
	c.Failures = []edgewise.SiteFailure{
		{Site: "pop-lax", At: 15 * time.Minute, For: 10 * time.Minute, Detection: 30 * time.Second, Redirection: 2 * time.Second, Timeout: 3 * time.Second},
		{Site: "us-west-2", At: 30 * time.Minute, For: 20 * time.Second, Detection: 30 * time.Second, Timeout: time.Second},
	}
	require.Contains(t, screen(), "Failures\n"+
		"- Los Angeles (pop-lax) is down for 10m, from 2026-03-02T18:15:00Z (UTC), 15m after the run begins, warm-up included; "+
		"its users are sent elsewhere 32 s later (detection 30 s, redirection 2 s); requests that meet it are given up after 3 s\n"+
		"- us-west-2 is down for 20 s, from 2026-03-02T18:30:00Z (UTC), 30m after the run begins, warm-up included; "+
		"it is up again before its users could be sent elsewhere (detection 30 s, redirection 0s); requests that meet it are given up after 1 s\n")

	outputs := report.Outputs()
	page := outputs[slices.IndexFunc(outputs, func(o edgewise.Output) bool { return o.Name == "comparison.md" })]
	var markdown bytes.Buffer
	require.NoError(t, page.Write(&markdown, c))
	require.Contains(t, markdown.String(), "Los Angeles (pop-lax) is down for 10m")

	var text bytes.Buffer
	require.NoError(t, report.WriteJSON(&text, c))
	read, err := report.ReadJSON(&text)
	require.NoError(t, err)
	require.Equal(t, c.Failures, read.Failures)
}
