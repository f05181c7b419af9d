package cachetest_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/cachetest"
)

// runBroken is set where this test binary runs itself to see it fail.
const runBroken = "CACHETEST_RUN_BROKEN"

// wrongVictim is a policy that gives up an object that is not there.
type wrongVictim struct{}

func (wrongVictim) Inserted(uint32) {}
func (wrongVictim) Hit(uint32)      {}
func (wrongVictim) Victim() uint32  { return 1 << 20 }
func (wrongVictim) Removed(uint32)  {}

func TestABrokenPolicy(t *testing.T) {
	if os.Getenv(runBroken) == "" {
		t.Skip("fails on purpose; TestAWrongVictimFailsItsTestsOnly runs it")
	}
	cachetest.Run(t, cachetest.Promises{}, func(cfg cache.Config) (cache.Cache, error) {
		cfg.NewPolicy = func(cache.Slots) cache.Policy { return wrongVictim{} }
		return cache.New(cfg)
	})
}

func TestAWrongVictimFailsItsTestsOnly(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	command := exec.Command(self, "-test.run=^TestABrokenPolicy$", "-test.v")
	command.Env = append(os.Environ(), runBroken+"=1")
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, 1, exit.ExitCode(), "2 is what a panic ends with")
	for _, text := range []string{
		"wrongVictim.Victim returned slot 1048576, which holds no object",
		"--- FAIL: TestABrokenPolicy/the_account_is_right_in_bytes",
		"--- FAIL: TestABrokenPolicy/the_same_requests_give_the_same_cache", // later ones are run
		"--- PASS: TestABrokenPolicy/what_does_not_fit_is_left_out",
	} {
		require.Contains(t, string(out), text)
	}
}
