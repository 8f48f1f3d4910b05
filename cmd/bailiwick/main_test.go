// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"bailiwick": main,
		"into":      into,
		"sdk":       sdk,
	})
}

// TestScripts runs testdata/*.txtar. Scripts have these programs and commands
// besides testscript's:
//
//	bailiwick ARGS...          the program
//	into OUT ARGS...           the program with its standard output in the file OUT
//	sdk OPERATION ARGS...      a client made of the AWS SDK, with the configuration of its environment
//
//	ready OUT                  waits until OUT says ready, and does the exports in it
//	exports FILE [PREFIX]      puts FILE's export lines into the environment, PREFIX before each name
//	term OUT                   sends SIGTERM to the program that was started by "into OUT"
//	[!] get URL                prints a page / waits until there is no connection any more
//	begin / end                sends a part of a call / the rest, and prints the answer
//	occupy ADDR                listens on ADDR, if nobody does
//	certificate CERT KEY       makes a self-signed certificate for 127.0.0.1
//	[!] holds DIR TEXT         searches the files below DIR
//	mode WANT FILE...          compares permissions
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:      "testdata",
		Deadline: time.Now().Add(3 * patience), // a server that should have refused to start runs on
		Setup: func(e *testscript.Env) error {
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			e.Setenv("AWS_CONFIG_FILE", e.WorkDir+"/aws-config")
			e.Setenv("AWS_SHARED_CREDENTIALS_FILE", e.WorkDir+"/no-credentials")
			e.Setenv("GORACE", "atexit_sleep_ms=10") // not a second for each of the many short runs
			e.Setenv("HOME", e.WorkDir+"/home")
			e.Values["ready"] = map[string]bool{}
			e.Values["pending"] = &pendingCall{}
			wd, err := os.Getwd()
			e.Setenv("SOURCE", wd)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready":       ready,
			"exports":     exports,
			"term":        term,
			"get":         get,
			"begin":       begin,
			"end":         end,
			"occupy":      occupy,
			"certificate": certificate,
			"holds":       holds,
			"mode":        mode,
		},
	})
}

// into runs the program with its standard output in the file that the first
// argument names: it can be read while the program runs.
func into() {
	f, err := os.Create(os.Args[1])
	if err != nil {
		panic(err)
	}
	os.Stdout, os.Args = f, append([]string{"bailiwick"}, os.Args[2:]...)
	main()
}
