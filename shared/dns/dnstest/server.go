// Package dnstest is a small name server on loopback, for tests and the local stack.
// [Start] starts one; a [Zone] is what it answers from.
package dnstest

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"

	"golang.org/x/net/dns/dnsmessage"
)

// Server answers TXT and CNAME questions by UDP and, where an answer is too long for
// that, by TCP.
type Server struct {
	*Zone
	udp net.PacketConn
	tcp net.Listener
	all sync.WaitGroup

	mu     sync.Mutex
	silent bool
	asked  int
}

// maxUDP is the longest answer by UDP to somebody who did not ask for more (RFC 1035 4.2.1).
const maxUDP = 512

// Start serves a zone on a free port of 127.0.0.1.
func Start(z *Zone) (*Server, error) {
	const attempts = 20 // a port that is free for UDP may be taken for TCP
	var last error
	for range attempts {
		udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("name server: %w", err)
		}
		tcp, err := net.Listen("tcp4", udp.LocalAddr().String())
		if err != nil {
			last = err
			_ = udp.Close()
			continue
		}
		s := &Server{Zone: z, udp: udp, tcp: tcp}
		s.all.Go(s.serveUDP)
		s.all.Go(s.serveTCP)
		return s, nil
	}
	return nil, fmt.Errorf("name server: %w", last)
}

// Address is host and port.
func (s *Server) Address() string { return s.udp.LocalAddr().String() }

// SetSilent lets the server hear questions and answer none.
func (s *Server) SetSilent(silent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = silent
}

// Asked is how many questions came so far.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// Close ends the server.
func (s *Server) Close() error {
	err := errors.Join(s.udp.Close(), s.tcp.Close())
	s.all.Wait()
	return err
}

func (s *Server) serveUDP() {
	buffer := make([]byte, 4096)
	for {
		n, from, err := s.udp.ReadFrom(buffer)
		if err != nil {
			return // closed
		}
		if answer := s.answer(buffer[:n], maxUDP); answer != nil {
			_, _ = s.udp.WriteTo(answer, from) // who does not get it asks again
		}
	}
}

func (s *Server) serveTCP() {
	for {
		conn, err := s.tcp.Accept()
		if err != nil {
			return // closed
		}
		go func() {
			defer conn.Close()
			var length [2]byte
			if _, err := io.ReadFull(conn, length[:]); err != nil {
				return
			}
			question := make([]byte, binary.BigEndian.Uint16(length[:]))
			if _, err := io.ReadFull(conn, question); err != nil {
				return
			}
			if answer := s.answer(question, 1<<16-1); answer != nil {
				_, _ = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
			}
		}()
	}
}

// answer packs the answer to a question; nil for what is no question or stays unanswered.
func (s *Server) answer(question []byte, most int) []byte {
	s.mu.Lock()
	s.asked++
	silent := s.silent
	s.mu.Unlock()
	var p dnsmessage.Parser
	header, err := p.Start(question)
	if err != nil || silent {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: header.ID, Response: true, Authoritative: true, RecursionDesired: header.RecursionDesired, RecursionAvailable: true},
		Questions: []dnsmessage.Question{q},
	}
	records, exists := s.find(q.Name.String())
	if !exists {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, r := range records {
		if body := r.body(); body != nil && (q.Type == dnsmessage.TypeALL || q.Type == r.kind()) {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: r.kind(), Class: dnsmessage.ClassINET, TTL: 1}, Body: body,
			})
		}
	}
	packed, err := m.Pack()
	if err == nil && len(packed) > most {
		m.Truncated, m.Answers = true, nil
		packed, err = m.Pack()
	}
	if err != nil {
		return nil
	}
	return packed
}

func (r Record) kind() dnsmessage.Type {
	if r.Type == "CNAME" {
		return dnsmessage.TypeCNAME
	}
	return dnsmessage.TypeTXT
}

// body is nil for a record that no message can carry.
func (r Record) body() dnsmessage.ResourceBody {
	if r.Type == "CNAME" {
		name, err := dnsmessage.NewName(canonical(r.Value) + ".")
		if err != nil {
			return nil
		}
		return &dnsmessage.CNAMEResource{CNAME: name}
	}
	const longest = 255 // of one string (RFC 1035 3.3)
	var parts []string
	for chunk := range slices.Chunk([]byte(r.Value), longest) {
		parts = append(parts, string(chunk))
	}
	return &dnsmessage.TXTResource{TXT: parts}
}
