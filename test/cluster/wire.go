// A switch in user space: each machine has a TAP device in its network namespace, and frames go from one to the other by their address.
// So a link can lose frames in one direction, or delay them, on every kernel that has /dev/net/tun (netem and nftables are not
// everywhere).
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

const (
	setNamespace    = 308 // setns(2) on amd64; see setNamespaceNumber
	mtu             = 9000
	mostDelayed     = 4096 // frames that wait on one link; more are lost, as in a router
	tunSetInterface = 0x400454ca
)

// What happens to frames from one machine to another.
type linkRule struct {
	drop          bool
	delay, jitter time.Duration
	loss          float64
}

type delayedFrame struct {
	frame []byte
	at    time.Time
}

type link struct {
	to      *machine
	rule    atomic.Value // linkRule
	waiting chan delayedFrame
}

type machine struct {
	name, namespace, address string
	hardware                 [6]byte
	device                   *os.File
	links                    []*link // to the others
}

func newMachine(text string, number int) (*machine, error) {
	name, address, found := strings.Cut(text, "=")
	if !found {
		return nil, fmt.Errorf("%s is not NAME=ADDRESS", text)
	}
	name, namespace, _ := strings.Cut(name, "@")
	return &machine{name: name, namespace: namespace, address: address,
		hardware: [6]byte{2, 0x7a, 0, 0, 0, byte(number)}}, nil
}

func setNamespaceNumber() uintptr {
	if runtime.GOARCH == "arm64" {
		return 268
	}
	return setNamespace
}

// The TAP device, in the machine's namespace, with its address.
func (m *machine) open() error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: a thread that was in another namespace ends
		result <- m.openHere()
	}()
	return <-result
}

func (m *machine) openHere() error {
	if m.namespace != "" {
		file, err := os.Open("/run/netns/" + m.namespace)
		if err != nil {
			return err
		}
		defer file.Close()
		if _, _, code := syscall.RawSyscall(setNamespaceNumber(), file.Fd(), syscall.CLONE_NEWNET, 0); code != 0 {
			return fmt.Errorf("setns %s: %w", m.namespace, code)
		}
	}
	// A device belongs to the namespace in which this was opened.
	tun, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("/dev/net/tun: %w", err)
	}
	var request struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:], "eth0")
	request.flags = 0x0002 | 0x1000 // IFF_TAP, IFF_NO_PI
	if _, _, code := syscall.Syscall(syscall.SYS_IOCTL, uintptr(tun), tunSetInterface, uintptr(unsafe.Pointer(&request))); code != 0 {
		return fmt.Errorf("TUNSETIFF: %w", code)
	}
	m.device = os.NewFile(uintptr(tun), "/dev/net/tun")
	// Children of this thread are in its namespace.
	for _, arguments := range []string{
		"link set lo up",
		"link set eth0 address " + net.HardwareAddr(m.hardware[:]).String() + " mtu " + strconv.Itoa(mtu) + " up",
		"address add " + m.address + "/24 dev eth0",
	} {
		if output, err := exec.Command("ip", strings.Fields(arguments)...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %s: %s", arguments, output)
		}
	}
	return nil
}

func (m *machine) run() {
	buffer := make([]byte, mtu+64)
	for {
		size, err := m.device.Read(buffer)
		if err != nil {
			if errors.Is(err, os.ErrClosed) {
				return
			}
			continue
		}
		if size < 14 {
			continue
		}
		frame := buffer[:size]
		for _, link := range m.links {
			if frame[0]&1 == 1 || string(frame[:6]) == string(link.to.hardware[:]) {
				link.send(frame)
			}
		}
	}
}

func (l *link) send(frame []byte) {
	rule := l.rule.Load().(linkRule)
	if rule.drop || rule.loss > 0 && rand.Float64() < rule.loss {
		return
	}
	if rule.delay == 0 && len(l.waiting) == 0 {
		_, _ = l.to.device.Write(frame)
		return
	}
	wait := rule.delay
	if rule.jitter > 0 {
		wait += time.Duration(rand.Int63n(int64(rule.jitter)))
	}
	select {
	case l.waiting <- delayedFrame{append([]byte(nil), frame...), time.Now().Add(wait)}:
	default:
	}
}

// Frames of a link stay in order.
func (l *link) deliver() {
	for frame := range l.waiting {
		time.Sleep(time.Until(frame.at))
		if !l.rule.Load().(linkRule).drop {
			_, _ = l.to.device.Write(frame.frame)
		}
	}
}

// The network runs until it is told to end. Answers each line on the socket with "ok" or what is wrong.
func wire(arguments []string) error {
	if len(arguments) < 2 {
		return errors.New("needs a socket and machines")
	}
	var machines []*machine
	for number, text := range arguments[1:] {
		m, err := newMachine(text, number+1)
		if err == nil {
			err = m.open()
		}
		if err != nil {
			return err
		}
		machines = append(machines, m)
	}
	for _, from := range machines {
		for _, to := range machines {
			if from == to {
				continue
			}
			l := &link{to: to, waiting: make(chan delayedFrame, mostDelayed)}
			l.rule.Store(linkRule{})
			from.links = append(from.links, l)
			go l.deliver()
		}
	}
	for _, m := range machines {
		go m.run()
	}
	listener, err := net.Listen("unix", arguments[0])
	if err != nil {
		return err
	}
	go acceptRules(listener, machines)
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGINT)
	<-ended
	return nil
}

func acceptRules(listener net.Listener, machines []*machine) {
	var mutex sync.Mutex
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer connection.Close()
			lines := bufio.NewScanner(connection)
			for lines.Scan() {
				mutex.Lock()
				answer := "ok"
				if err := applyRule(machines, lines.Text()); err != nil {
					answer = err.Error()
				}
				mutex.Unlock()
				fmt.Fprintln(connection, answer)
			}
		}()
	}
}

// "A>B WHAT"; A and B may be *, and "all" is "*>*".
func applyRule(machines []*machine, text string) error {
	words := strings.Fields(text)
	if len(words) < 2 {
		return fmt.Errorf("not a rule: %s", text)
	}
	from, to, found := strings.Cut(words[0], ">")
	if words[0] == "all" {
		from, to, found = "*", "*", true
	}
	if !found {
		return fmt.Errorf("not a link: %s", words[0])
	}
	rule, err := parseRule(words[1:])
	if err != nil {
		return err
	}
	links := 0
	for _, m := range machines {
		for _, l := range m.links {
			if (from == "*" || from == m.name) && (to == "*" || to == l.to.name) {
				l.rule.Store(rule)
				links++
			}
		}
	}
	if links == 0 {
		return fmt.Errorf("there is no link %s", words[0])
	}
	return nil
}

func parseRule(words []string) (rule linkRule, err error) {
	for len(words) > 0 && err == nil {
		name := words[0]
		words = words[1:]
		if name == "ok" {
			continue
		}
		if name == "drop" {
			rule.drop = true
			continue
		}
		if len(words) == 0 {
			return rule, fmt.Errorf("%s needs a value", name)
		}
		switch name {
		case "delay":
			rule.delay, err = time.ParseDuration(words[0])
		case "jitter":
			rule.jitter, err = time.ParseDuration(words[0])
		case "loss":
			rule.loss, err = strconv.ParseFloat(words[0], 64)
		default:
			err = fmt.Errorf("unknown: %s", name)
		}
		words = words[1:]
	}
	return rule, err
}

func rule(arguments []string) error {
	if len(arguments) < 2 {
		return errors.New("needs a socket and rules")
	}
	connection, err := net.Dial("unix", arguments[0])
	if err != nil {
		return err
	}
	defer connection.Close()
	answers := bufio.NewReader(connection)
	for _, text := range arguments[1:] {
		fmt.Fprintln(connection, text)
		answer, err := answers.ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if strings.TrimSpace(answer) != "ok" {
			return errors.New(strings.TrimSpace(answer))
		}
	}
	return nil
}
