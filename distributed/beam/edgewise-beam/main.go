// Edgewise-beam runs a scenario on Apache Beam and writes the report that edgewise run writes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	beamlog "github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/edgewise-sim/edgewise/distributed/beam/pipeline"
	"github.com/edgewise-sim/edgewise/report"
)

// The exit codes are those of edgewise.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 3
	exitRefused     = 5
)

const usage = `Usage: edgewise-beam SCENARIO --out DIR [--store STORE] [--runner RUNNER] [flags]
       edgewise-beam --pool ADDRESS

Runs the cells of a scenario as Apache Beam pipelines, and writes the report that edgewise run writes or, of
a scenario with the key sweep, edgewise sweep or, with --search, edgewise search: the same to the bit. Or it
starts workers on this machine for runners that ask for them.
The flags of Beam's runners stand beside those of edgewise.

`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string) int {
	job := &pipeline.Job{}
	flag.StringVar(&job.Out, "out", "", "Directory for the report. Without --store a worker writes it, so that it must be on a disk that all see.")
	flag.StringVar(&job.Store, "store", "", "Where workers keep results, and find them when the command is run again: a directory that all see, or s3://BUCKET/PREFIX. Needed by studies, sweeps and searches that decide themselves how many replications they need.")
	flag.BoolVar(&job.Search, "search", false, "Run the alternatives that a search of the scenario simulates (its key search), in place of its placements. Every process scores the alternatives itself.")
	flag.IntVar(&job.Attempts, "attempts", 0, "How often a round is begun when pipelines fail, as those of Prism do that lose a worker, with what the store lacks; 0 means 3.")
	flag.BoolVar(&job.Force, "force", false, "Set aside what stands in the way of the report, as DIR.old-1, instead of refusing it.")
	flag.IntVar(&job.Pipelines, "pipelines", 1, "Pipelines side by side that cells are dealt out to; more than one needs --store. Prism starts one worker for each; other runners start as many as they like.")
	runner := flag.String("runner", "prism", "The runner: "+pipeline.Runners+". Prism without --endpoint runs in this process.")
	pool := flag.String("pool", "", "Start workers on this machine for runners that ask for them at this address, such as localhost:50000, until told to stop; the driver says --environment_type=EXTERNAL --environment_config=ADDRESS. Whoever reaches the address can start them.")
	quiet := flag.Bool("quiet", false, "No progress, and of Beam nothing but errors.")
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	scenario := parse(args)
	if *quiet {
		beamlog.SetupLogging("error", "text")
	}
	beam.Init() // in a worker this runs the worker, and does not return

	var err error
	if *pool != "" {
		err = pipeline.ServePool(ctx, *pool)
	} else if err = start(ctx, job, scenario, *runner, *quiet); err == nil {
		err = say(job.Out)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "edgewise-beam:", err)
	}
	return exitCode(ctx, err)
}

// parse parses flags before and behind the scenario, which it returns, "" if there is none.
func parse(args []string) (scenario string) {
	_ = flag.CommandLine.Parse(args) // which exits
	if flag.NArg() == 0 {
		return ""
	}
	scenario = flag.Arg(0)
	_ = flag.CommandLine.Parse(flag.Args()[1:])
	return scenario
}

func start(ctx context.Context, job *pipeline.Job, scenario, runner string, quiet bool) (err error) {
	switch {
	case scenario == "" || flag.NArg() > 0:
		return &pipeline.RefusedError{Why: errors.New("want one scenario file; --help says more")}
	case job.Out == "":
		return &pipeline.RefusedError{Why: errors.New("--out is missing; want a directory for the report")}
	}
	if job.Submit, err = pipeline.Runner(runner); err != nil {
		return err
	}
	warnings, err := job.Load(ctx, scenario)
	for _, w := range warnings {
		fmt.Fprintln(os.Stderr, "edgewise-beam: warning:", w)
	}
	if err != nil {
		return err
	}
	if !quiet {
		job.Progress = func(text string) { fmt.Fprintln(os.Stderr, "edgewise-beam:", text) }
	}
	return job.Run(ctx)
}

// A withoutError says that placements, or points of a sweep, are not in the report.
type withoutError struct{ text string }

func (e *withoutError) Error() string { return e.text }

// say says where the report is.
func say(out string) error {
	m, err := report.ReadManifest(out)
	if err != nil {
		return fmt.Errorf("a worker has written the report, but not on a disk that is seen here: %w", err)
	}
	if m.Sweep != nil {
		fmt.Printf("Written to %s: %d points of %q.\n", filepath.Clean(out), m.Sweep.Points, m.Title)
		if refused := m.Sweep.Points - m.Sweep.Compared; refused > 0 {
			return &withoutError{fmt.Sprintf("reported without %d points of %d, which are refused", refused, m.Sweep.Points)}
		}
		return nil
	}
	fmt.Printf("Written to %s: %d replications of %q.\n", filepath.Clean(out), m.Replications, m.Title)
	if len(m.Refused) > 0 {
		return &withoutError{fmt.Sprintf("reported without what is overloaded: %v", m.Refused)}
	}
	return nil
}

func exitCode(ctx context.Context, err error) int {
	switch {
	case err == nil:
		return exitDone
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, new(*pipeline.RefusedError)):
		return exitUsage
	case errors.As(err, new(*withoutError)):
		return exitRefused
	}
	return exitFailed
}
