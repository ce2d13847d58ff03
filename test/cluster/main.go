// Proves several hosts of Tacit on one store: clients that record what they asked and were told, a network between machines that can
// be cut, and the judgement of a recorded history. test/cluster.sh builds and calls it.
package main

import (
	"fmt"
	"os"
)

const usage = `cluster wire SOCKET MACHINE…      the network: a MACHINE is NAME=ADDRESS, or NAME@NAMESPACE=ADDRESS
cluster rule SOCKET RULE…         changes it: "A>B drop", "A>B delay 20ms jitter 5ms loss 0.1", "A>B ok", "all ok"
cluster drive OPTIONS             clients of all hosts for some time; writes a history
cluster check OPTIONS HISTORY     judges a history; exit code 1 if it is not what was promised
cluster self-test                 shows that planted faults are found
cluster lag OPTIONS               how long another host accepts a revoked key
cluster gap OPTIONS               the longest time without an acknowledged change
`

func main() {
	commands := map[string]func([]string) error{
		"wire": wire, "rule": rule, "drive": drive, "check": check, "self-test": selfTest, "lag": lag, "gap": gap,
	}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "cluster %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
