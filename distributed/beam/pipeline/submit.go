package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/core/runtime/graphx"
	jobpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/jobmanagement_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/dataflow"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/prism"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/extworker"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/universal/runnerlib"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/runners/vet"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/grpcx"
)

// Runners are the names that [Runner] knows.
const Runners = "prism, dataflow, flink, universal"

// Runner returns how a runner runs pipelines, by its name, as the flags of Beam say: --endpoint, --environment_type,
// --worker_binary and so on. Prism without an endpoint runs in this process, and its workers, too, unless an environment says
// otherwise.
func Runner(name string) (Submit, error) {
	switch {
	case name == "prism" && *jobopts.Endpoint == "":
		return new(inProcess).submit, nil
	case name == "dataflow":
		return submitToDataflow, nil
	case name != "prism" && name != "flink" && name != "universal":
		return nil, refuse("--runner is %q; want one of %s", name, Runners)
	case *jobopts.Endpoint == "":
		return nil, refuse("--runner=%s wants the job service of the runner, --endpoint=HOST:PORT", name)
	case jobopts.IsLoopback():
		return nil, refuse("--environment_type=LOOPBACK runs all in this process, which --runner=prism without --endpoint does, too; want EXTERNAL or DOCKER")
	}
	return submitTo, nil
}

// strictly refuses a pipeline that Beam would run by reflection: that is how closures, whose variables workers do not have, and
// functions that are not registered show themselves.
func strictly(ctx context.Context, p *beam.Pipeline) error {
	_, err := vet.Execute(ctx, p)
	return err
}

// program is the file that workers run: this very program, unless a flag says otherwise. Beam would compile another one,
// whose cells would be refused as those of another build.
func program() (string, error) {
	if *jobopts.WorkerBinary != "" {
		return *jobopts.WorkerBinary, nil
	}
	return os.Executable()
}

// inProcess is Prism in this process, with its workers.
type inProcess struct {
	start  sync.Mutex
	client jobpb.JobServiceClient
}

// job returns the job service, which is started when it is needed.
func (r *inProcess) job(ctx context.Context) (client jobpb.JobServiceClient, err error) {
	r.start.Lock()
	defer r.start.Unlock()
	if r.client == nil {
		r.client, err = prism.CreateJobServer(context.WithoutCancel(ctx), prism.Options{})
	}
	return r.client, err
}

func (r *inProcess) submit(ctx context.Context, p *beam.Pipeline, progress func(Counts)) (Counts, error) {
	client, err := r.job(ctx)
	if err != nil {
		return Counts{}, err
	}
	if *jobopts.EnvironmentType != "" && !jobopts.IsLoopback() {
		return submitWith(ctx, client, p, progress)
	}
	// With a context that outlives a cancelled one: workers that are stopped before their job is cancelled fail it.
	workers, err := extworker.StartLoopback(context.WithoutCancel(ctx), 0)
	if err != nil {
		return Counts{}, err
	}
	environment, err := graphx.CreateEnvironment(ctx, graphx.URNEnvExternal, workers.EnvironmentConfig)
	if err != nil {
		return Counts{}, err
	}
	counts, err := submit(ctx, client, p, &run{environment: environment, program: os.DevNull, progress: progress})
	return counts, errors.Join(err, workers.Stop(context.WithoutCancel(ctx)))
}

// submitTo runs a pipeline on the job service at --endpoint.
func submitTo(ctx context.Context, p *beam.Pipeline, progress func(Counts)) (Counts, error) {
	conn, err := grpcx.Dial(ctx, *jobopts.Endpoint, time.Minute)
	if err != nil {
		return Counts{}, fmt.Errorf("job service at %s: %w", *jobopts.Endpoint, err)
	}
	counts, err := submitWith(ctx, jobpb.NewJobServiceClient(conn), p, progress)
	return counts, errors.Join(err, conn.Close())
}

// submitWith runs a pipeline with the workers that flags ask for.
func submitWith(ctx context.Context, client jobpb.JobServiceClient, p *beam.Pipeline, progress func(Counts)) (Counts, error) {
	binary, err := program()
	if err != nil {
		return Counts{}, err
	}
	environment, err := graphx.CreateEnvironment(ctx, jobopts.GetEnvironmentUrn(ctx), jobopts.GetEnvironmentConfig)
	if err != nil {
		return Counts{}, err
	}
	return submit(ctx, client, p, &run{environment: environment, program: binary, progress: progress})
}

// submitToDataflow runs a pipeline on Dataflow.
func submitToDataflow(ctx context.Context, p *beam.Pipeline, _ func(Counts)) (Counts, error) {
	if err := strictly(ctx, p); err != nil {
		return Counts{}, err
	}
	binary, err := program()
	if err != nil {
		return Counts{}, err
	}
	*jobopts.WorkerBinary = binary
	result, err := dataflow.Execute(ctx, p)
	return countsOf(result), err
}

// A run is a pipeline on a job service.
type run struct {
	environment *pipepb.Environment
	program     string
	progress    func(Counts)
}

// submitting is held while a pipeline is made ready: what Beam sends to workers besides is global.
var submitting sync.Mutex

// begin hands a pipeline to a job service, and returns the number of its job.
func begin(ctx context.Context, client jobpb.JobServiceClient, p *beam.Pipeline, r *run) (job string, err error) {
	submitting.Lock()
	defer submitting.Unlock()
	if err := strictly(ctx, p); err != nil {
		return "", err
	}
	edges, _, err := p.Build()
	if err != nil {
		return "", err
	}
	pipeline, err := graphx.Marshal(edges, &graphx.Options{Environment: r.environment, PipelineResourceHints: jobopts.GetPipelineResourceHints()})
	if err != nil {
		return "", err
	}
	if err := runnerlib.UpdateGoEnvironmentWorker(r.program, pipeline); err != nil {
		return "", err
	}
	options := &runnerlib.JobOptions{
		Name: jobopts.GetJobName(), Experiments: jobopts.GetExperiments(), Worker: r.program,
		RetainDocker: *jobopts.RetainDockerContainers, Parallelism: *jobopts.Parallelism,
	}
	prepared, artifacts, token, err := runnerlib.Prepare(ctx, client, pipeline, options)
	if err != nil {
		return "", err
	}
	if token, err = runnerlib.Stage(ctx, prepared, artifacts, r.program, token); err != nil {
		return "", err
	}
	return runnerlib.Submit(ctx, client, prepared, token)
}

// submit runs a pipeline on a job service. It does what Beam's own universal runner does and, besides, reads the counters while the
// job runs, and cancels the job when ctx ends.
func submit(ctx context.Context, client jobpb.JobServiceClient, p *beam.Pipeline, r *run) (counts Counts, err error) {
	id, err := begin(ctx, client, p, r)
	if err != nil {
		return counts, err
	}
	ended := make(chan error, 1)
	go func() { ended <- runnerlib.WaitForCompletion(ctx, client, id) }()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	after := context.WithoutCancel(ctx)
	for {
		select {
		case err = <-ended:
		case <-look.C:
			if now, err := ask(ctx, client, id); err == nil {
				r.progress(now)
			}
			continue
		}
		break
	}
	if ctx.Err() != nil {
		const grace = 10 * time.Second
		soon, cancel := context.WithTimeout(after, grace)
		defer cancel()
		_, cancelErr := client.Cancel(soon, &jobpb.CancelJobRequest{JobId: id})
		return counts, errors.Join(ctx.Err(), cancelErr)
	}
	counts, asked := ask(after, client, id)
	if err == nil {
		// WaitForCompletion takes a job that somebody cancelled for one that is done.
		state, stateErr := client.GetState(after, &jobpb.GetJobStateRequest{JobId: id})
		if stateErr == nil && state.GetState() != jobpb.JobState_DONE {
			err = fmt.Errorf("job %s has ended as %v", id, state.GetState())
		}
		err = errors.Join(err, stateErr, asked)
	}
	return counts, err
}

// ask returns the counters of a job.
func ask(ctx context.Context, client jobpb.JobServiceClient, id string) (Counts, error) {
	response, err := client.GetJobMetrics(ctx, &jobpb.GetJobMetricsRequest{JobId: id})
	if err != nil {
		return Counts{}, err
	}
	// Runners differ: Flink has only what was attempted, Prism has of that what the last bundle said, and else what is committed.
	return countsIn(response.GetMetrics().GetAttempted()).most(countsIn(response.GetMetrics().GetCommitted())), nil
}
