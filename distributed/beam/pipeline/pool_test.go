package pipeline

import (
	"context"
	"net"
	"path/filepath"
	"testing"

	fnpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/fnexecution_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/stretchr/testify/require"
)

// TestWorkersThatAreProcessesGiveTheSame has two pipelines, each with a process of this test as its worker, of a study, a sweep and a
// search.
func TestWorkersThatAreProcessesGiveTheSame(t *testing.T) {
	listener, err := net.Listen("tcp", "localhost:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- ServePool(ctx, address) }()

	kind, config := *jobopts.EnvironmentType, *jobopts.EnvironmentConfig
	t.Cleanup(func() { *jobopts.EnvironmentType, *jobopts.EnvironmentConfig = kind, config })
	*jobopts.EnvironmentType, *jobopts.EnvironmentConfig = "EXTERNAL", address
	for _, text := range []string{tiny, swept, decidingSearch} {
		j := jobOf(t, text)
		want := single(t, j)
		j.Store, j.Pipelines = filepath.Join(filepath.Dir(j.Out), "store"), 2
		require.NoError(t, j.Run(t.Context()))
		requireSameReport(t, want, j.Out)
	}
	require.Empty(t, workers.open, "nothing ran in this process")
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
}

func TestAPoolRefusesByName(t *testing.T) {
	p := &pool{program: filepath.Join(t.TempDir(), "gone")}
	at := &pipepb.ApiServiceDescriptor{Url: "localhost:1"}
	for _, c := range []struct {
		request *fnpb.StartWorkerRequest
		want    string
	}{
		{&fnpb.StartWorkerRequest{WorkerId: "a"}, "want a worker id, a control endpoint and a logging endpoint"},
		{&fnpb.StartWorkerRequest{WorkerId: "a", ControlEndpoint: at, LoggingEndpoint: at}, "gone"},
	} {
		r, err := p.StartWorker(t.Context(), c.request)
		require.NoError(t, err)
		require.Contains(t, r.GetError(), c.want)
	}
	r, err := p.StopWorker(t.Context(), &fnpb.StopWorkerRequest{WorkerId: "nobody"})
	require.NoError(t, err)
	require.Contains(t, r.GetError(), `no worker "nobody" is running`)
	err = ServePool(t.Context(), "nowhere at all")
	require.ErrorAs(t, err, new(*RefusedError))
}
