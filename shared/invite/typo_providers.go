package invite

// mailProviders are those that many people have an address at: kind, name, the endings of
// its domains with the likeliest first, and with "!" those that are mistyped for it.
const mailProviders = `
a gmail com
a googlemail com
a icloud com
l hotmail com co.uk fr it de es be nl ca com.br com.ar com.mx com.au com.tr se dk no fi ch at gr co.jp co.il co.nz co.th co.id co.za cz sk hu lt lv ie in my sg ph cl
l yahoo com co.uk fr de es it co.jp com.br ca in co.in com.mx com.ar com.au co.id ie nl be se no dk fi gr pl ro hu pt ch at com.hk com.tw com.sg com.my com.ph com.vn com.tr com.co com.pe com.ve co.nz co.za co.kr co.th cn cl
l outlook com fr de es it com.br pt be dk at ie ch cl jp in com.ar com.au com.tr co.id co.il co.nz co.th gr cz hu sk kr my ph sa sg lv
l protonmail com ch
s live com fr co.uk nl it de be se dk no ca at ie com.mx com.ar com.au com.pt co.za cl in jp ru cn
b msn com
b aol com de fr co.uk it com.au
s ymail com
n rocketmail com
s proton me ch !ne
w pm me
n tutanota com de
w tuta com io
s gmx de net at ch com org eu li info biz us fr es co.uk
s web de
n t-online de hu
n freenet de
s arcor de
s posteo de
s mailbox org
l orange fr be es pl net
n wanadoo fr es nl
n laposte net !com
n numericable fr
n club-internet fr
w sfr fr
w free fr
w neuf fr
w bbox fr
n libero it !com
n virgilio it !com
n tiscali it co.uk
n fastwebnet it
s alice it
w tin it
s telenet be
n skynet be
s proximus be
n ziggo nl
n kpnmail nl
n xs4all nl
n hetnet nl
s planet nl
s chello nl at
n onet pl eu
n interia pl eu
w wp pl
w o2 pl co.uk
n gazeta pl
w vp pl
w op pl
w uol com.br
s terra com.br es
w bol com.br
w ig com.br
w oi com.br
s globo com
n globomail com
n comcast net
n verizon net
n sbcglobal net
n bellsouth net
n earthlink net
n optonline net
n windstream net
n centurylink net
n roadrunner com
s charter net
s frontier com
w att net
w cox net
w juno com !co
n netzero net
n btinternet com
n btopenworld com
n talktalk net
n virginmedia com
n ntlworld com
n blueyonder co.uk
w sky com !co
n bigpond com net.au com.au
n optusnet com.au
n sympatico ca
n videotron ca
s rogers com
w shaw ca
n telus net
n bluewin ch
n hispeed ch
n eircom net
n fastmail com fm
n hushmail com
n rediffmail com
s zoho com in eu
w me com !co
w mac com !co
w mail com ru
w email com cz
n yandex ru com ua by kz com.tr
s rambler ru
s inbox ru lv com
w list ru
w bk ru
w ukr net
w abv bg
n seznam cz
s centrum cz sk
n azet sk
b qq com
b 163 com
b 126 com
s foxmail com
n aliyun com
n naver com
n hanmail net
s daum net
w nate com
n docomo ne.jp
n softbank ne.jp
n ezweb ne.jp
n biglobe ne.jp
s nifty com
s sapo pt
n otenet gr
n walla co.il com
`

// nearProviders are one slip from a domain above, and others': providers, or companies
// that many people know.
const nearProviders = `
mail.com email.com ymail.com prontomail.com proto2mail.com fboxmail.com hostmail.com gotmail.com notmail.com botmail.com
hashmail.com fatmail.com fastmall.com outbook.com incloud.com iclouds.com navier.com
liberto.it libro.it orage.fr orage.be oranger.fr intera.pl sezam.cz simpatico.ca
`

// commonEndings are those that most companies have, the likeliest first.
const commonEndings = `
com org net de co.uk fr it es nl pl eu com.br com.au co.jp info edu gov ru ch at be se no dk
fi ca in cz pt biz co.nz co.za co.in com.mx com.ar com.tr
`
