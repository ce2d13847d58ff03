// Two figures for test/bench/cluster.sh that only a client with a history of its own can give.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"sync"
	"time"
)

func measured(name string, arguments []string, more func(*flag.FlagSet)) (*cluster, error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	state := flags.String("state", "", "folder with servers-ca.pem, runtime.pem, runtime.key, issuer.secret")
	hosts := flags.String("hosts", "", "NAME=ADDRESS,…")
	apiPort := flags.Int("api-port", 8443, "")
	toolPort := flags.Int("tool-port", 8444, "")
	more(flags)
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	c, err := newCluster(*state, *hosts, *apiPort, *toolPort)
	if err != nil {
		return nil, err
	}
	c.patience = 10 * time.Second
	c.recorded, err = newRecorder(filepath.Join(*state, name+".history"))
	return c, err
}

// How long after one host has answered a revocation another still accepts the key. Prints p50 and p99 in microseconds.
func lag(arguments []string) error {
	var count int
	c, err := measured("lag", arguments, func(flags *flag.FlagSet) { flags.IntVar(&count, "count", 100, "keys") })
	if err != nil {
		return err
	}
	revoking, using := c.newClient(1), c.newClient(2)
	tenant := newUser()
	token := c.token(tenant)
	var lags []time.Duration
	for i := 0; i < count; i++ {
		key, made := revoking.makeKey(c.hosts[0], tenant, token)
		if made.Status != 200 {
			return fmt.Errorf("no key was made: %s", describe(made))
		}
		for j := 0; j < 3; j++ { // now the other host has it in its cache
			if used := using.useKey(c.hosts[1], tenant, key, made.ID); used.Status != 200 {
				return fmt.Errorf("the key is not accepted: %s", describe(used))
			}
		}
		revoked := revoking.revokeKey(c.hosts[0], tenant, token, made.ID)
		if revoked.Status != 200 {
			return fmt.Errorf("the key is not revoked: %s", describe(revoked))
		}
		last := revoked.Return // the last moment at which the key was known to be accepted
		for {
			used := using.useKey(c.hosts[1], tenant, key, made.ID)
			if used.Status == 401 {
				break
			}
			last = used.Return
		}
		lags = append(lags, time.Duration(last-revoked.Return))
	}
	sort.Slice(lags, func(i, j int) bool { return lags[i] < lags[j] })
	fmt.Println(lags[len(lags)/2].Microseconds(), lags[len(lags)*99/100].Microseconds())
	return c.recorded.close()
}

// The longest time without an acknowledged create, among several clients of all hosts. Prints it in milliseconds, and their number.
func gap(arguments []string) error {
	var seconds int
	c, err := measured("gap", arguments, func(flags *flag.FlagSet) { flags.IntVar(&seconds, "seconds", 15, "") })
	if err != nil {
		return err
	}
	end := time.Now().Add(time.Duration(seconds) * time.Second)
	var mutex sync.Mutex
	last, longest, count := c.now(), int64(0), 0
	var running sync.WaitGroup
	for i := 0; i < 4*len(c.hosts); i++ {
		running.Add(1)
		go func(i int) {
			defer running.Done()
			client, tenant := c.newClient(i), newUser()
			token := c.token(tenant)
			for time.Now().Before(end) {
				op := client.create(c.hosts[i%len(c.hosts)], tenant, token, secret{Name: random(8), Value: random(16)})
				if op.Status != 200 {
					time.Sleep(10 * time.Millisecond)
					continue
				}
				mutex.Lock()
				if now := c.now(); now-last > longest {
					longest = now - last
				}
				last = c.now()
				count++
				mutex.Unlock()
			}
		}(i)
	}
	running.Wait()
	if count == 0 {
		fmt.Fprintln(os.Stderr, "nothing was acknowledged")
	}
	fmt.Println(longest/1e6, count)
	return c.recorded.close()
}
