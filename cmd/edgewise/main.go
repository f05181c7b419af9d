// Command edgewise compares where requests could be served: region, Local Zone or edge PoP.
//
//	edgewise init --serve site,api --users US --home us-east-1 -o scenario.yaml
//	edgewise validate scenario.yaml
//	edgewise run examples/localzone-vs-edge/scenario.yaml -o out
//	edgewise search examples/three-zones/scenario.yaml -o out
//	edgewise sweep examples/break-even/sweep.yaml -o out
//	edgewise shard scenario.yaml -o store --index 0 --count 4
//	edgewise merge store -o out
//	edgewise status out
//	edgewise reproduce out
//	edgewise report out --format png,pdf --parquet
//	edgewise diff out other
//	edgewise verify --effort quick
//	edgewise catalog local-zones
//	edgewise cache trace.csv --policy lru,sieve --size 1%,10%
//	edgewise fit access.log -o workload.yaml -p fit.svg
//	edgewise trace convert access.log trace.csv
//	edgewise prices list --item egress
//	edgewise prices import AmazonEC2-eu-central-1-ist-1.json -o prices.csv
//	edgewise rtt pairs.csv
//	edgewise matrix us-east-1 eu-west-1 London --format netem
//	edgewise routes examples/localzone-vs-edge/scenario.yaml los-angeles-us
//	edgewise capacity examples/localzone-vs-edge/scenario.yaml --served 0.999
//	edgewise schema -o scenario.schema.json
//	edgewise completion bash
//
// The exit code is 0 when all is done; 1 when something failed; 2 when the command line, or a file that it names, is wrong;
// 3 when a signal has ended the command, which says then what is finished; 4 when a report is not what a run gives; 5 when
// placements were refused as overloaded, and the others are reported; 6 when a figure is not what the scenario expects; 141 when nobody reads what is printed. The first
// Ctrl-C or SIGTERM ends any command within a second.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/topology/matrix"
)

// commands is the command line.
type commands struct {
	Run       runCmd       `cmd:"" help:"Run a scenario file and write the comparison of its placements."`
	Search    searchCmd    `cmd:"" help:"Choose sites: score the alternatives of a scenario's key search, simulate the best, and say which is best and how sure that is."`
	Sweep     sweepCmd     `cmd:"" help:"Run a scenario at many points and say how its figures follow the keys, and where placements change order."`
	Shard     shardCmd     `cmd:"" help:"Run a share of a scenario's runs, as a task of an array job does, and keep them in a store."`
	Merge     mergeCmd     `cmd:"" help:"Write the report of a study that shards have run."`
	Status    statusCmd    `cmd:"" help:"Say what an interrupted run has finished, and what is missing."`
	Reproduce reproduceCmd `cmd:"" help:"Run the scenario of a report again and check that every file is the same to the bit."`
	Report    reportCmd    `cmd:"" help:"Draw a report anew without simulating, in more formats or by a newer version."`
	Diff      diffCmd      `cmd:"" help:"Compare two reports, figure by figure."`
	Explain   explainCmd   `cmd:"" help:"Print the way of one request, step by step, with times that sum."`
	Verify    verifyCmd    `cmd:"" help:"Hold the simulator against closed forms and reference values."`
	Cache     cacheCmd     `cmd:"" help:"Replay request traces through caches: miss ratios by policy and size."`
	Fit       fitCmd       `cmd:"" help:"Find the workload that a trace or access log is like, for a scenario, with the fit drawn beside the data."`
	Trace     traceCmd     `cmd:"" help:"Convert request traces and access logs."`
	Prices    pricesCmd    `cmd:"" help:"List, check, compare and import the prices that bills are made of."`
	Catalog   catalogCmd   `cmd:"" help:"List the regions, Local Zones, PoPs or metros that scenarios can name."`
	RTT       rttCmd       `cmd:"" name:"rtt" help:"Say the round trips between places, from a CSV."`
	Matrix    matrixCmd    `cmd:"" help:"Write the round trips between places for other tools: tables, tc netem, Shadow, ns-3, OMNeT++, Go."`
	Routes    routesCmd    `cmd:"" help:"Show how far the sites of a scenario are from a metro, and over what path."`
	Capacity  capacityCmd  `cmd:"" help:"Say how many servers each site needs at the peak of the day, with all sites and with one lost, and how full servers are, without a run."`
	Calibrate calibrateCmd `cmd:"" help:"Fit the delay model to tables of measured round trips, and print how far off it is."`

	Init       initCmd       `cmd:"" help:"Write a scenario to begin with, from three answers."`
	Validate   validateCmd   `cmd:"" help:"Check scenario files without running them."`
	Schema     schemaCmd     `cmd:"" help:"Print the JSON Schema of scenario files, by which editors complete and check them."`
	Completion completionCmd `cmd:"" help:"Print what makes bash, zsh or fish complete commands, flags and ids of the catalog."`
	Complete   completeCmd   `cmd:"" hidden:"" help:"Print what may stand next on a command line."`

	Version kong.VersionFlag `help:"Say which version this is, of which commit, and for which platform it was built."`
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
	last     lastWords
}

// collectAt is by how many per cent the memory in use grows before what is not used is collected, unless GOGC says it:
// half of what is usual. Runs hardly allocate, so that it costs no time, and large studies take a quarter less memory.
const collectAt = 50

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectAt)
	}
	signal.Ignore(syscall.SIGPIPE) // what nobody reads must not keep a report from being written
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	code := execute(ctx, os.Args[1:], &streams{in: os.Stdin, out: os.Stdout, err: os.Stderr})
	stop()
	os.Exit(code)
}

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, args []string, s *streams) int {
	exited := -1
	parser, err := newParser(&commands{}, ctx, s, func(code int) { exited = code })
	if err != nil {
		fmt.Fprintln(s.err, "edgewise:", err)
		return exitFailed
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help": // as of many other tools: edgewise help run
		args = append(args[1:len(args):len(args)], "--help")
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help has been shown
		return exited
	}
	if err != nil {
		fmt.Fprintln(s.err, "edgewise:", inWords(err, args[0]))
		return exitUsage
	}
	err = runUntilStopped(ctx, s, func() error { return parsed.Run() })
	code := exitCode(err)
	if code != exitDone && code != exitBrokenPipe {
		fmt.Fprintln(s.err, "edgewise:", plainly(err))
	}
	return code
}

// newParser returns the parser of command lines. exited is called where one asks for help, which is then all.
func newParser(c *commands, ctx context.Context, s *streams, exited func(code int)) (*kong.Kong, error) {
	return kong.New(c,
		kong.Name("edgewise"),
		kong.Description("Decide where to serve requests at the edge of the cloud: region, Local Zone or PoP. "+exitCodesInWords()),
		kong.Writers(s.out, s.err),
		kong.Exit(exited),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(s),
		kong.Vars{
			"version":    "edgewise " + strings.TrimPrefix(edgewise.ThisCode().String(), edgewise.ThisCode().Module+" "),
			"providers":  names(catalog.Providers()),
			"formats":    strings.Join(matrix.Names(), ", "),
			"policies":   strings.Join(append(cache.Policies(), cache.OfflinePolicies()...), ", "),
			"sizes":      strings.Join(usualCacheSizes, ", "),
			"outputs":    outputNames(),
			"admissions": strings.Join(cache.Admissions(), ", "),

			"sweep_outputs": sweepOutputNames(),
		},
	)
}

// packagePrefix is what errors of the library begin with: it is called like the command, and its packages say nothing to who reads of a file. No key at the top of a scenario is called so.
var packagePrefix = regexp.MustCompile(`(?m)(^|: )(?:(?:edgewise|sim|workload|placement|topology): )+`)

// plainly returns the text of an error without the names of the library and its packages in it.
// It leaves out, too, how a signal is told to the parts of a program: what is said of a command that was stopped says it.
func plainly(err error) string {
	text := err.Error()
	for _, cause := range []string{context.Canceled.Error(), "interrupt signal received", "terminated signal received"} {
		text = strings.ReplaceAll(text, ": "+cause, "")
	}
	return packagePrefix.ReplaceAllString(text, "$1")
}

// inWords returns the message of a mistake in the command line, which kong words with the argument in
// brackets.
func inWords(err error, command string) string {
	text := err.Error()
	if argument, found := strings.CutPrefix(text, `expected "<`); found {
		argument, more, _ := strings.Cut(strings.TrimSuffix(argument, `"`), ">")
		if strings.HasPrefix(more, " ...") {
			argument = "one " + argument + " or more"
		}
		return fmt.Sprintf("an argument is missing: want %s; see edgewise %s --help", argument, command)
	}
	if argument, more, found := strings.Cut(strings.TrimPrefix(text, "<"), ">"); found && text[0] == '<' {
		return "argument " + argument + more
	}
	return text
}
