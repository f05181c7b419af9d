package pipeline

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/apache/beam/sdks/v2/go/container/tools"
	fnpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/fnexecution_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/grpcx"
	"google.golang.org/grpc"
)

// ServePool starts workers on this machine, processes of this very program, for runners that ask for them at an address such
// as localhost:50000: that is --environment_type=EXTERNAL --environment_config=ADDRESS. It ends them when the runner says so, and all
// when ctx ends. Whoever reaches the address can start them, so it should be reached by the runner alone.
//
// Beam's own pool, boot -worker_pool, takes the program from the runner, but leaves a process behind for every job, and
// workers that it starts at a time overwrite each other's program.
func ServePool(ctx context.Context, address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return &RefusedError{err}
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	p := &pool{program: program, running: make(map[string]*exec.Cmd)}
	fnpb.RegisterBeamFnExternalWorkerPoolServer(server, p)
	defer context.AfterFunc(ctx, server.Stop)()
	err = server.Serve(listener)
	p.stopAll()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// A pool keeps workers by the names that runners give them.
type pool struct {
	fnpb.UnimplementedBeamFnExternalWorkerPoolServer

	program string

	mu      sync.Mutex
	running map[string]*exec.Cmd
	ending  sync.WaitGroup
}

// StartWorker starts a worker that connects to the runner.
func (p *pool) StartWorker(ctx context.Context, r *fnpb.StartWorkerRequest) (*fnpb.StartWorkerResponse, error) {
	if err := p.start(ctx, r); err != nil {
		return &fnpb.StartWorkerResponse{Error: err.Error()}, nil
	}
	return &fnpb.StartWorkerResponse{}, nil
}

func (p *pool) start(ctx context.Context, r *fnpb.StartWorkerRequest) error {
	id := r.GetWorkerId()
	if id == "" || r.GetControlEndpoint().GetUrl() == "" || r.GetLoggingEndpoint().GetUrl() == "" {
		return errors.New("want a worker id, a control endpoint and a logging endpoint")
	}
	cmd := exec.Command(p.program, "--worker=true", "--id="+id,
		"--control_endpoint="+r.GetControlEndpoint().GetUrl(), "--logging_endpoint="+r.GetLoggingEndpoint().GetUrl())
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = os.Environ()
	if at := r.GetProvisionEndpoint().GetUrl(); at != "" {
		info, err := tools.ProvisionInfo(grpcx.WriteWorkerID(ctx, id), at)
		if err != nil {
			return fmt.Errorf("what the runner can do: %w", err)
		}
		cmd.Env = append(cmd.Env, "RUNNER_CAPABILITIES="+strings.Join(info.GetRunnerCapabilities(), " "))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running[id] != nil {
		return fmt.Errorf("worker %q is running already", id)
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	p.running[id] = cmd
	fmt.Fprintf(os.Stderr, "edgewise-beam: worker %s is process %d\n", id, cmd.Process.Pid)
	p.ending.Go(func() {
		err := cmd.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.running[id] == cmd { // not stopped, but ended by itself
			delete(p.running, id)
			fmt.Fprintf(os.Stderr, "edgewise-beam: worker %s has ended: %v\n", id, err)
		}
	})
	return nil
}

// StopWorker ends a worker. It has nothing to lose: what it has finished is with the runner or in the store.
func (p *pool) StopWorker(_ context.Context, r *fnpb.StopWorkerRequest) (*fnpb.StopWorkerResponse, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := p.running[r.GetWorkerId()]
	if cmd == nil {
		return &fnpb.StopWorkerResponse{Error: fmt.Sprintf("no worker %q is running", r.GetWorkerId())}, nil
	}
	delete(p.running, r.GetWorkerId())
	if err := cmd.Process.Kill(); err != nil {
		return &fnpb.StopWorkerResponse{Error: err.Error()}, nil
	}
	return &fnpb.StopWorkerResponse{}, nil
}

// stopAll ends all workers, and waits for their end.
func (p *pool) stopAll() {
	p.mu.Lock()
	for id, cmd := range p.running {
		delete(p.running, id)
		_ = cmd.Process.Kill() // or it has ended
	}
	p.mu.Unlock()
	p.ending.Wait()
}
