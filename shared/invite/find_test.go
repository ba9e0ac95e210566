package invite_test

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"invites/shared/invite"
)

// filters is what mail filters and redirects make of an address, by what they publish of
// their links and what public fault reports quote of them. Not here: filters that keep the
// address to themselves, as Mimecast does.
var filters = map[string]func(address string) string{
	"Proofpoint 1": func(a string) string {
		return "https://urldefense.proofpoint.com/v1/url?u=" + url.QueryEscape(a) + "&k=oIvRg1%2BdGAgOoM1BIlLLqw%3D%3D%0A&r=IKM5u8"
	},
	"Proofpoint 2": func(a string) string {
		return "https://urldefense.proofpoint.com/v2/url?u=" + proofpoint(a) + "&d=DwMFaQ&c=euGZstcaTDllvimEN8b7jXrwqOf-v5A_CdpgnVfiiMM&r=x_i_y&m=" + strings.Repeat("a_-9", 11) + "&s=" + strings.Repeat("Zz-1", 11) + "&e="
	},
	"Proofpoint 3": func(a string) string {
		return "https://urldefense.com/v3/__" + strings.ReplaceAll(a, "#", "*") + "__;Iw!!NknhfzgzgQ!kBDUDcKbFbcWEDPDRL_i_Ydl" + strings.Repeat("Ab_-", 20) + "$"
	},
	"Proofpoint 3, of one slash": func(a string) string {
		return "https://urldefense.us/v3/__" + strings.ReplaceAll(strings.Replace(a, "//", "/*", 1), "#", "*") + "__;LyM!!abc$"
	},
	"Safe Links": func(a string) string {
		return "https://eur01.safelinks.protection.outlook.com/?url=" + url.QueryEscape(a) + "&data=05%7C02%7Cana%40example.com%7C" + strings.Repeat("7f", 40) + "%7C0%7C0&sdata=" + url.QueryEscape(strings.Repeat("aB+/", 10)+"=") + "&reserved=0"
	},
	"Safe Links, in HTML": func(a string) string {
		return html.EscapeString("https://nam02.safelinks.protection.outlook.com/?url=" + url.QueryEscape(a) + "&data=05%7C01")
	},
	"Sophos": func(a string) string {
		return "https://eu-west-1.protection.sophos.com/?d=example.com&u=" + base64.StdEncoding.EncodeToString([]byte(a)) + "&i=NWY4ZTk1&t=" + strings.Repeat("aVp0", 30) + "&h=" + strings.Repeat("0f", 16) + "&s=AVNPUEhUT0NFTkNSWVBUSVY"
	},
	"Sophos, encoded": func(a string) string {
		return "https://us-west-2.protection.sophos.com/?d=example.com&u=" + url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(a))) + "&p=m"
	},
	"Barracuda": func(a string) string {
		return "https://linkprotect.cudasvc.com/url?a=" + lowerEscapes(url.QueryEscape(a)) + "&c=E,1," + strings.Repeat("tQ-_", 30) + ",,&typo=1"
	},
	"Cisco": func(a string) string {
		return "https://secure-web.cisco.com/1" + strings.Repeat("zX-_", 40) + "/" + url.QueryEscape(a)
	},
	"Trend Micro": func(a string) string {
		return "https://imsva91-ctp.trendmicro.com:443/wis/clicktime/v1/query?url=" + lowerEscapes(url.QueryEscape(a)) + "&umid=" + strings.Repeat("A0-", 12) + "&auth=" + strings.Repeat("0c", 20)
	},
	"Trellix": func(a string) string {
		return "https://protect2.fireeye.com/v1/url?k=1f2e3d4c-40b5&q=1&e=a1b2&u=" + url.QueryEscape(a)
	},
	"Symantec": func(a string) string {
		return "https://clicktime.symantec.com/3Aef9kLmNoPq?u=" + url.QueryEscape(a)
	},
	"Symantec, encoded": func(a string) string {
		return "https://clicktime.symantec.com/a/1/" + strings.Repeat("Qx_-", 11) + "=?d=" + strings.Repeat("r0T-", 30) + "=&u=" + url.QueryEscape(a)
	},
	"Check Point": func(a string) string {
		return "https://url.avanan.click/v2/___" + a + "___.YXAzOmV4YW1wbGU6YTpvOjEyMzQ1Njc4OTA6Njo"
	},
	"Libraesva": func(a string) string {
		return "https://urlsand.esvalabs.com/?u=" + url.QueryEscape(a) + "&e=0f1e2d3c&h=4b5a6978&f=n&p=y"
	},
	"Zix": func(a string) string {
		return "https://link.zixcentral.com/u/0f1e2d3c/ABCdef123?u=" + url.QueryEscape(a)
	},
	"SpamTitan": func(a string) string {
		return "https://linklock.titanhq.com/analyse?url=" + url.QueryEscape(a) + "&data=" + strings.Repeat("eJxV", 40)
	},
	"Fortinet": func(a string) string {
		return "https://fortimail.example/fmlurlsvc/?fewReq=:B:" + strings.Repeat("JVo1", 30) + "&url=" + url.QueryEscape(a)
	},
	"GreatHorn": func(a string) string {
		host, path, _ := strings.Cut(strings.TrimPrefix(a, "https://"), "/")
		return "https://protection.greathorn.com/services/v2/lookupUrl/0f1e-2d3c/42/aabb?domain=" + host + "&path=/" + path
	},
	"EdgePilot": func(a string) string { return "https://link.edgepilot.com/s/0f1e2d3c/aBcDeF?u=" + a },
	"Google":    func(a string) string { return "https://www.google.com/url?q=" + url.QueryEscape(a) + "&sa=D&ust=1764" },
	"Google, not encoded": func(a string) string {
		return "https://www.google.com/url?q=" + a + "&source=gmail&ust=1764000000000&usg=AOvVaw0"
	},
	"Slack": func(a string) string { return "https://slack-redir.net/link?url=" + url.QueryEscape(a) },
	"LinkedIn": func(a string) string {
		return "https://www.linkedin.com/safety/go?url=" + url.QueryEscape(a) + "&trk=x"
	},
	"Facebook": func(a string) string { return "https://l.facebook.com/l.php?u=" + url.QueryEscape(a) + "&h=AT0" },
	"a path":   func(a string) string { return "https://filter.example/check/" + url.PathEscape(a) },
	"a path of base 64": func(a string) string {
		return "https://filter.example/r/" + base64.URLEncoding.EncodeToString([]byte(a)) + "/ana"
	},
	"JSON in base 64": func(a string) string {
		return "https://filter.example/?d=" + base64.RawURLEncoding.EncodeToString([]byte(`{"v":1,"url":"`+a+`"}`))
	},
	"a path of ours": func(a string) string { return "https://filter.example/i/?u=" + url.QueryEscape(a) },
}

// proofpoint encodes as the second version does: letters, digits and dots stay.
func proofpoint(address string) string {
	var b strings.Builder
	for _, c := range []byte(address) {
		switch {
		case c == '/':
			b.WriteByte('_')
		case c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z':
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "-%02X", c)
		}
	}
	return b.String()
}

func lowerEscapes(s string) string {
	return strings.NewReplacer("%3A", "%3a", "%2F", "%2f", "%3F", "%3f", "%3D", "%3d").Replace(s)
}

func TestALinkIsFoundInWhatFiltersMakeOfIt(t *testing.T) {
	d := newDesk()
	token := d.mail(t, d.invite(t))
	other := invite.MintToken([]byte("a link key"), invite.KeyOf("globex", "ana@example.com"), aGen, 1, invite.Nonce{1}).Reveal()
	for page, address := range map[string]func(token string) string{
		"our page": func(token string) string { return "https://links.acme.example/i/" + token },
		"the API's host": func(token string) string {
			return "https://a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com/i/" + token
		},
		"the product's own": func(token string) string { return "https://app.acme.example/join?from=mail#token=" + token },
	} {
		for name, wrap := range filters {
			if page == "the product's own" && name == "Google, not encoded" {
				continue // the fragment would be the redirect's own
			}
			for second, again := range filters {
				forms := map[string]string{name: wrap(address(token)), name + " in " + second: again(wrap(address(token)))}
				for what, form := range forms {
					if got := d.explained(t, "acme", form).Cause; got != invite.CauseLive {
						t.Errorf("%s, %s: got %s", page, what, got)
					}
				}
				if got := d.explained(t, "acme", again(wrap(address(other)))).Cause; got != invite.CauseUnknown {
					t.Errorf("%s of another tenant, %s in %s: got %s", page, name, second, got)
				}
			}
			for _, n := range []int{0, 5, 40, 64} {
				if got := d.explained(t, "acme", wrap(address(token[:n]))).Cause; got != invite.CauseIncomplete {
					t.Errorf("%s, %s, cut after %d characters: got %s", page, name, n, got)
				}
			}
		}
	}
}

func TestALinkIsFoundInWhatAnAdminPastes(t *testing.T) {
	d := newDesk()
	link := d.mail(t, d.invite(t))
	pastes := []string{
		" " + link + "\n", link + "0", "https://links.example/i/" + link, "HTTPS://LINKS.EXAMPLE/I/" + strings.ToUpper(link), "https://links.example/i/" + link + "?utm_source=mail#top", "https://links.example/i/" + link + "/ask", "https://links.example/i/" + link + "/",
		"Hello Ana,\n\nOpen the invitation with this link:\n\nhttps://links.example/i/" + link + "\n\nBest regards", "see https://links.example/i/" + link[:20] + "\r\n" + link[20:] + " thanks",
		"> https://links.example/i/" + link[:20] + "\n> " + link[20:], `<a href="https://links.example/i/` + link + `">https://links.example/i/` + link + "</a>",
		"https://links.example/i/" + link[:9] + "=\r\n" + link[9:] + "=20", "https://links.example/=\r\ni/" + link, "https://links=2Eexample=2Fi=2F" + link,
		"https://app.example/join?x=1#token=" + link, "<https://app.example/join#token=" + link + ">", "https://app.example/join#token=3D" + link, "https://app.example/join?lang=ja#token=" + link + "を開く",
		"https://links.example/i/" + link[:30] + " https://links.example/i/" + link,
	}
	for _, form := range glued(link) {
		pastes = append(pastes, form, "https://links.example/i/"+form)
	}
	for _, pasted := range pastes {
		if got := d.explained(t, "acme", pasted).Cause; got != invite.CauseLive {
			t.Errorf("%q: got %s", strings.ReplaceAll(pasted, link, "{token}"), got)
		}
	}
	for _, other := range []string{
		"x" + link, "https://links.example/" + link, "https://app.example/join?token=" + link, "https://app.example/join#" + link, "https://links.example/o/" + link,
		"https://protect-eu.mimecast.com/s/AbCdC1rzXtOA0kYFmYgKx?domain=links.example", "not a link at all", "hello", "", " ", "を開く",
	} {
		if got := d.explained(t, "acme", other).Cause; got != invite.CauseUnknown {
			t.Errorf("%q: got %s", strings.ReplaceAll(other, link, "{token}"), got)
		}
	}
	for _, cut := range []string{
		link[:64], "https://links.example/i/", "https://links.example/i/" + link[:64], "https://links.example/i/" + link[:30] + "?utm_source=mail&utm_medium=" + link,
		"https://links.example/i/" + link[:30] + "\n\nBest regards from everybody in the whole department, and see you on Monday then", "https://app.example/join#token=" + link[:30],
	} {
		if got := d.explained(t, "acme", cut).Cause; got != invite.CauseIncomplete {
			t.Errorf("%q: got %s", strings.ReplaceAll(cut, link, "{token}"), got)
		}
	}
}
