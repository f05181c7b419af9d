package main

import (
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// The peers that are no Go packages run from scripts of this project's own. Debian has both:
//
//	apt-get install python3-simpy3 libns3-dev g++ pkg-config

//go:embed peers/simpy_works.py
var simPyWorks string

//go:embed peers/ns3_works.cc
var ns3Works string

// A peer is an engine that is another program, made ready once.
type peer struct {
	argv    []string // to be followed by the work, the size and the operations
	version string
	missing string // why there is none here
}

// findPeers returns the peers by the names that entries give their engines; programs are compiled into
// the directory.
func findPeers(dir string) map[string]peer {
	return map[string]peer{"SimPy": findSimPy(), "ns-3": buildNS3(dir)}
}

// findSimPy returns the first Python that has SimPy.
func findSimPy() peer {
	for _, python := range []string{"python3", "/usr/bin/python3"} {
		version, err := exec.Command(python, "-c",
			"import simpy, platform; print('SimPy', simpy.__version__, 'on CPython', platform.python_version())").Output()
		if err == nil {
			return peer{argv: []string{python, "-c", simPyWorks}, version: strings.TrimSpace(string(version))}
		}
	}
	return peer{missing: "no Python here has it; on Debian: apt-get install python3-simpy3"}
}

// buildNS3 compiles the works for ns-3.
func buildNS3(dir string) peer {
	// Of the libraries that pkg-config lists only the kernel itself is needed.
	flags, err := exec.Command("pkg-config", "--cflags", "--libs-only-L", "ns3-core").Output()
	if err != nil {
		return peer{missing: "pkg-config does not know ns3-core; on Debian: apt-get install libns3-dev g++ pkg-config"}
	}
	source, program := filepath.Join(dir, "ns3_works.cc"), filepath.Join(dir, "ns3_works")
	if err := os.WriteFile(source, []byte(ns3Works), 0o644); err != nil {
		return peer{missing: err.Error()}
	}
	args := append([]string{"-O2", "-o", program, source, "-lns3-core"}, strings.Fields(string(flags))...)
	if out, err := exec.Command("g++", args...).CombinedOutput(); err != nil {
		return peer{missing: fmt.Sprintf("cannot compile for it: %v: %s", err, firstLine(out))}
	}
	version, err := exec.Command("pkg-config", "--modversion", "ns3-core").Output()
	if err != nil {
		version = []byte("of unknown version")
	}
	return peer{argv: []string{program}, version: "ns-3 " + strings.TrimSpace(string(version))}
}

func firstLine(out []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return line
}
