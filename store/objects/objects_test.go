package objects_test

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/store/objects"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/workload"
)

// server starts an object store, Versity's gateway over a directory, and returns the address of a bucket in it. The program is what
// EDGEWISE_TEST_S3 names; .ci/run builds it. Without it the test is skipped.
func server(t *testing.T) string {
	t.Helper()
	program := os.Getenv("EDGEWISE_TEST_S3")
	if program == "" {
		t.Skip("EDGEWISE_TEST_S3 names no versitygw, the server that this test wants")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	at := listener.Addr().String()
	require.NoError(t, listener.Close())
	home := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(home, "studies"), 0o755))
	t.Setenv("AWS_ACCESS_KEY_ID", "somebody")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "a secret of the test")
	gateway := exec.Command(program, "--port", at, "--access", "somebody", "--secret", "a secret of the test", "posix", "--nometa", home)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	require.NoError(t, err)
	gateway.Stdout, gateway.Stderr = log, log
	require.NoError(t, gateway.Start())
	t.Cleanup(func() {
		_ = gateway.Process.Kill()
		_ = gateway.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Log(string(said))
		}
	})
	require.Eventually(t, func() bool {
		answer, err := http.Get("http://" + at)
		if err == nil {
			_ = answer.Body.Close()
		}
		return err == nil
	}, time.Minute, 20*time.Millisecond, "the server answers")
	return fmt.Sprintf("s3://studies/%%s?region=us-east-1&endpoint=http://%s", at)
}

func study(t *testing.T) *edgewise.Study {
	net, err := catalog.AWS(catalog.Selection{Metros: []string{"denver-us"}, Regions: []string{"us-west-2", "us-east-1"}})
	require.NoError(t, err)
	return &edgewise.Study{
		Title:        "Two regions",
		Scenario:     sim.Scenario{Network: net, Workloads: []workload.Workload{workload.APIDynamic().WithRequestsPerSecond(50)}, Duration: 5 * time.Second},
		Placements:   []placement.Placement{placement.RegionOnly("us-west-2"), placement.RegionOnly("us-east-1").Named("east")},
		Replications: 2, SkipWarmUpCheck: true,
	}
}

func TestCellsGoThroughAnObjectStore(t *testing.T) {
	address := server(t)
	bucket, err := objects.Open(fmt.Sprintf(address, "games/one"))
	require.NoError(t, err)
	s := study(t)
	want, err := s.Run(t.Context())
	require.NoError(t, err)
	about, err := store.Of(s, "scenario.yaml")
	require.NoError(t, err)
	shared, err := store.Join(t.Context(), bucket, about, store.Scenario{Text: []byte("title: x\n"), Files: []store.File{{Name: "a.csv", Data: []byte("id\n")}}}, "test")
	require.NoError(t, err)
	cells, err := s.Cells()
	require.NoError(t, err)
	_, err = s.CompareKept(t.Context(), shared)
	require.ErrorAs(t, err, new(*edgewise.MissingError))
	require.NoError(t, s.RunCells(t.Context(), cells, nil, func(c edgewise.Cell, r *edgewise.CellResult, err error) error {
		require.NoError(t, err)
		note, err := shared.Begin(t.Context(), c)
		require.NoError(t, err)
		require.NoError(t, shared.Put(t.Context(), r))
		return shared.End(t.Context(), note, nil)
	}))
	got, err := s.CompareKept(t.Context(), store.Merged{bucket})
	require.NoError(t, err)
	require.Equal(t, want, got)
	status, err := store.Read(t.Context(), bucket)
	require.NoError(t, err)
	done, missing := status.Cells()
	require.Equal(t, []int{4, 0}, []int{done, missing})
	kept, _, err := store.ReadScenario(t.Context(), bucket)
	require.NoError(t, err)
	require.Equal(t, "title: x\n", string(kept.Text))

	// A place beside it, whose name begins alike, is another.
	beside, err := objects.Open(fmt.Sprintf(address, "games/on"))
	require.NoError(t, err)
	_, err = store.Read(t.Context(), beside)
	require.ErrorIs(t, err, fs.ErrNotExist)
	other := study(t)
	other.Seed = 2
	about, err = store.Of(other, "scenario.yaml")
	require.NoError(t, err)
	_, err = store.Join(t.Context(), bucket, about, store.Scenario{}, "test")
	require.ErrorAs(t, err, new(*store.OtherStudyError))

	require.NoError(t, bucket.Write(t.Context(), "input-x", []byte("12345")))
	_, err = bucket.Read(t.Context(), "input-x", 4)
	require.ErrorContains(t, err, "s3://studies/games/one/input-x: has more than 4 bytes")
	_, err = bucket.Read(t.Context(), "none", 4)
	require.ErrorIs(t, err, fs.ErrNotExist)
	nowhere, err := objects.Open(strings.Replace(fmt.Sprintf(address, "x"), "studies", "no-such-bucket", 1))
	require.NoError(t, err)
	_, err = nowhere.List(t.Context())
	require.ErrorContains(t, err, "s3://no-such-bucket/x: ")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = bucket.List(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestAddressesThatAreNoPlaceAreRefused(t *testing.T) {
	for address, want := range map[string]string{
		"s3://bucket":                         "with a prefix for these cells alone",
		"s3:///prefix":                        "is no place",
		"gs://bucket/prefix":                  "is no place",
		"s3://key:secret@bucket/prefix":       "the address has credentials",
		"s3://bucket/prefix?secret=x":         `has "secret"; want endpoint or region`,
		"s3://bucket/prefix?endpoint=there":   `the endpoint is "there"; want https://HOST`,
		"s3://bucket/prefix?endpoint=ftp://x": "want https://HOST or http://HOST",
		"s3://buc ket/prefix":                 "is no address",
	} {
		_, err := objects.Open(address)
		require.ErrorContains(t, err, want, address)
		require.NotContains(t, err.Error(), "key:secret")
	}
	b, err := objects.Open("s3://bucket/a/b/?region=eu-central-1")
	require.NoError(t, err)
	require.Equal(t, "s3://bucket/a/b", b.String())
}
