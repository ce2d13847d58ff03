// The clients: some share a tenant and change it through different hosts at once, for some dozens of requests, then take another. Others
// use an API key through all hosts while it is revoked. When the faults are over, each tenant is looked at once more.
package main

import (
	"flag"
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

const (
	clientsOfTenant   = 3
	requestsOfTenant  = 75
	rememberedSecrets = 10
	toolPrefix        = "agno__linear__" // what runtime.pem may use
)

type driveOptions struct {
	state, hosts, history, stop string
	apiPort, toolPort           int
	seconds, tenants, keys      int
	seed                        int64
	pause, patience, afterwards time.Duration
}

func drive(arguments []string) error {
	var o driveOptions
	flags := flag.NewFlagSet("drive", flag.ContinueOnError)
	flags.StringVar(&o.state, "state", "", "folder with servers-ca.pem, runtime.pem, runtime.key, issuer.secret")
	flags.StringVar(&o.hosts, "hosts", "", "NAME=ADDRESS,…")
	flags.StringVar(&o.history, "history", "", "the file to write")
	flags.StringVar(&o.stop, "stop", "", "a file: when it exists, the faults are over")
	flags.IntVar(&o.apiPort, "api-port", 8443, "")
	flags.IntVar(&o.toolPort, "tool-port", 8444, "")
	flags.IntVar(&o.seconds, "seconds", 30, "at most")
	flags.IntVar(&o.tenants, "tenants", 3, "changed at the same time")
	flags.IntVar(&o.keys, "keys", 1, "API keys used at the same time")
	flags.Int64Var(&o.seed, "seed", 1, "")
	flags.DurationVar(&o.pause, "pause", 10*time.Millisecond, "between two requests of a client")
	flags.DurationVar(&o.patience, "patience", 4*time.Second, "for one answer")
	flags.DurationVar(&o.afterwards, "afterwards", 60*time.Second, "until every tenant must answer when the faults are over")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	c, err := newCluster(o.state, o.hosts, o.apiPort, o.toolPort)
	if err != nil {
		return err
	}
	c.patience = o.patience
	if c.recorded, err = newRecorder(o.history); err != nil {
		return err
	}
	d := &driver{driveOptions: o, cluster: c, end: time.Now().Add(time.Duration(o.seconds) * time.Second)}
	d.run()
	err = d.lookAgain()
	d.report()
	if closed := c.recorded.close(); err == nil {
		err = closed
	}
	return err
}

type driver struct {
	driveOptions
	*cluster
	end   time.Time
	mutex sync.Mutex
	users []string // all tenants that there were
}

func (d *driver) over() bool {
	if time.Now().After(d.end) {
		return true
	}
	if d.stop == "" {
		return false
	}
	_, err := os.Stat(d.stop)
	return err == nil
}

func (d *driver) run() {
	var running sync.WaitGroup
	for group := 0; group < d.tenants; group++ {
		running.Add(1)
		go func(group int) {
			defer running.Done()
			random := rand.New(rand.NewSource(d.seed*1000 + int64(group)))
			var clients []*client
			for i := 0; i < clientsOfTenant; i++ {
				clients = append(clients, d.newClient(group*clientsOfTenant+i))
			}
			for !d.over() {
				d.changeTenant(clients, random)
			}
		}(group)
	}
	for group := 0; group < d.keys; group++ {
		running.Add(1)
		go func(group int) {
			defer running.Done()
			random := rand.New(rand.NewSource(d.seed*1000 + 500 + int64(group)))
			for !d.over() {
				d.useAndRevoke(1000+100*group, random)
			}
		}(group)
	}
	running.Wait()
}

// A tenant of some clients, and the ids that their answers have shown.
type shared struct {
	tenant, token string
	mutex         sync.Mutex
	ids           []string
}

func (s *shared) saw(op *operation) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, seen := range op.Secrets {
		known := false
		for _, id := range s.ids {
			known = known || id == seen.ID
		}
		if !known {
			s.ids = append(s.ids, seen.ID)
		}
	}
	if len(s.ids) > rememberedSecrets {
		s.ids = s.ids[len(s.ids)-rememberedSecrets:]
	}
}

func (s *shared) pick(r *rand.Rand) string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.ids) == 0 {
		return ""
	}
	return s.ids[r.Intn(len(s.ids))]
}

func (d *driver) changeTenant(clients []*client, r *rand.Rand) {
	s := &shared{tenant: newUser()}
	s.token = d.token(s.tenant)
	d.mutex.Lock()
	d.users = append(d.users, s.tenant)
	d.mutex.Unlock()
	var running sync.WaitGroup
	for _, c := range clients {
		running.Add(1)
		go func(c *client, r *rand.Rand) {
			defer running.Done()
			for i := 0; i < requestsOfTenant/clientsOfTenant && !d.over(); i++ {
				op := c.request(s, r)
				s.saw(op)
				wait := time.Duration(r.Int63n(int64(2*d.pause) + 1))
				if op.Outcome != answered {
					wait += 50*time.Millisecond + time.Duration(r.Int63n(int64(300*time.Millisecond)))
				}
				time.Sleep(wait)
			}
		}(c, rand.New(rand.NewSource(r.Int63())))
	}
	running.Wait()
}

// Names, tools and arguments are few, so that clients meet.
func randomName(r *rand.Rand) string { return fmt.Sprintf("n%d", r.Intn(7)) }
func randomTool(r *rand.Rand) string { return toolPrefix + []string{"t0", "t1", "t*"}[r.Intn(3)] }
func randomArg(r *rand.Rand) string  { return fmt.Sprintf("a%d", r.Intn(2)) }

// All different, by their first and last characters too, which a mask shows.
func randomValue(r *rand.Rand) string { return random(16 + r.Intn(16)) }

func (c *client) request(s *shared, r *rand.Rand) *operation {
	h := c.hosts[r.Intn(len(c.hosts))]
	id := s.pick(r)
	choice := r.Intn(100)
	if id == "" && choice >= 30 && choice < 70 {
		choice = 0
	}
	switch {
	case choice < 30:
		return c.create(h, s.tenant, s.token, randomSecret(r))
	case choice < 48:
		return c.patch(h, s.tenant, s.token, id, randomPatch(r))
	case choice < 60:
		return c.one("delete", h, s.tenant, s.token, id)
	case choice < 70:
		return c.one("get", h, s.tenant, s.token, id)
	case choice < 82:
		return c.list(h, s.tenant, s.token)
	case choice < 87:
		return c.quota(h, s.tenant, s.token)
	}
	return c.resolve(h, s.tenant, toolPrefix+[]string{"t0", "t1"}[r.Intn(2)])
}

func randomSecret(r *rand.Rand) secret {
	s := secret{Name: randomName(r), Value: randomValue(r)}
	if r.Intn(3) > 0 {
		s.Tool, s.Arg, s.Default = randomTool(r), randomArg(r), r.Intn(3) > 0
	}
	return s
}

func randomPatch(r *rand.Rand) patch {
	value, name := randomValue(r), randomName(r)
	switch r.Intn(6) {
	case 0:
		return patch{Name: &name}
	case 1:
		tool, arg, isDefault := randomTool(r), randomArg(r), r.Intn(2) == 0
		return patch{Tool: &tool, Arg: &arg, Default: &isDefault}
	case 2:
		return patch{Name: &name, Value: &value}
	}
	return patch{Value: &value}
}

// A key is used through each host at short intervals; then one host revokes it.
func (d *driver) useAndRevoke(number int, r *rand.Rand) {
	c := d.newClient(number)
	tenant := newUser()
	token := d.token(tenant)
	key, made := c.makeKey(d.cluster.hosts[r.Intn(len(d.cluster.hosts))], tenant, token)
	if made.Status != 200 {
		time.Sleep(200 * time.Millisecond)
		return
	}
	end := make(chan struct{})
	var running sync.WaitGroup
	for i, h := range d.cluster.hosts {
		running.Add(1)
		go func(c *client, h host) {
			defer running.Done()
			for {
				select {
				case <-end:
					return
				default:
				}
				c.useKey(h, tenant, key, made.ID)
				time.Sleep(15 * time.Millisecond)
			}
		}(d.newClient(number+1+i), h)
	}
	time.Sleep(500*time.Millisecond + time.Duration(r.Int63n(int64(time.Second))))
	deadline := time.Now().Add(20 * time.Second)
	for time.Now().Before(deadline) {
		revoked := c.revokeKey(d.cluster.hosts[r.Intn(len(d.cluster.hosts))], tenant, token, made.ID)
		if revoked.Status == 200 || revoked.Status == 404 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	time.Sleep(3 * time.Second)
	close(end)
	running.Wait()
}

// What is there in the end, through a host for each request: each acknowledged change must show. Requests are repeated until they are
// answered, because the hosts may still be recovering.
func (d *driver) lookAgain() error {
	c := d.newClient(9000)
	deadline := time.Now().Add(d.afterwards)
	sort.Strings(d.users)
	for i, tenant := range d.users {
		token := d.token(tenant)
		looks := []func(h host) *operation{
			func(h host) *operation { return c.list(h, tenant, token) },
			func(h host) *operation { return c.quota(h, tenant, token) },
			func(h host) *operation { return c.resolve(h, tenant, toolPrefix+"t0") },
			func(h host) *operation { return c.resolve(h, tenant, toolPrefix+"t1") },
		}
		for j, look := range looks {
			h := d.cluster.hosts[(i+j)%len(d.cluster.hosts)]
			for op := look(h); op.Outcome != answered; op = look(h) {
				if time.Now().After(deadline) {
					return fmt.Errorf("host %s does not answer for tenant %s %v after the faults: %d %s", h.name, tenant, d.afterwards, op.Status, op.Detail)
				}
				time.Sleep(200 * time.Millisecond)
			}
		}
	}
	return nil
}

func (d *driver) report() {
	var kinds []string
	for kind := range d.recorded.count {
		kinds = append(kinds, kind)
	}
	sort.Strings(kinds)
	var parts []string
	for _, kind := range kinds {
		parts = append(parts, fmt.Sprintf("%s %d", kind, d.recorded.count[kind]))
	}
	fmt.Printf("%d tenants; %s\n", len(d.users), strings.Join(parts, ", "))
}
