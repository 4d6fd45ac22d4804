package style

import (
	"sync"

	"fetchscope/render/selector"
)

// agentSheet is the user agent's sheet (HTML, section 15.3), with margins rounded to what
// reads well in lines of text. Properties with -text- are ours: margins in lines and
// columns, and what layout draws.
const agentSheet = `
area,base,basefont,col,colgroup,datalist,head,link,meta,noembed,noframes,param,rp,script,
source,style,template,title,track,dialog:not([open]),input[type=hidden],audio:not([controls])
	{display:none}
html,body,address,article,aside,dialog,div,dt,fieldset,figcaption,footer,form,frameset,header,
hgroup,legend,main,nav,search,section,details,summary,option,optgroup,center,p,dl,figure,dd,
blockquote,pre,listing,plaintext,xmp,h1,h2,h3,h4,h5,h6,ul,menu,dir,ol,hr,frame
	{display:block}
p,dl,figure,blockquote,pre,listing,plaintext,xmp,h1,h2,h3,h4,h5,h6,ul,menu,dir,ol{-text-space:1}
center{text-align:center}
dd{-text-indent:4}
blockquote{-text-bar:yes}
pre,listing,plaintext,xmp{white-space:pre}
h1{-text-heading:1}
h2{-text-heading:2}
h3{-text-heading:3}
h4{-text-heading:4}
h5{-text-heading:5}
h6{-text-heading:6}
ul,menu,dir{-text-deepens:yes;list-style-type:-text-bullet}
ol{-text-deepens:yes;list-style-type:decimal}
li{display:list-item}
table{display:table}
thead{display:table-header-group}
tbody{display:table-row-group}
tfoot{display:table-footer-group}
tr{display:table-row}
td,th{display:table-cell}
caption{display:table-caption}
nobr{white-space:nowrap}
button,marquee{display:inline-block}
slot{display:contents}
sub{vertical-align:sub}
sup{vertical-align:super}
bdi,output{unicode-bidi:isolate}
bdo{unicode-bidi:isolate-override}
textarea{white-space:pre-wrap}
img,image,input,select,textarea,audio,video,canvas,iframe,embed,meter,progress
	{display:inline-block;-text-replaced:yes}
hr,frame{-text-replaced:yes}
q::before{content:open-quote}
q::after{content:close-quote}
`

// The user agent's rules, read when the first page is styled.
var agent struct {
	once  sync.Once
	rules []rule
	index selector.Index
}

func agentRules() (*selector.Index, []rule) {
	agent.once.Do(func() {
		r := newReader(Options{}, false)
		r.own = true
		r.read(agentSheet)
		agent.rules = r.rules
		enter(&agent.index, r.rules, false)
	})
	return &agent.index, agent.rules
}

// enter puts the selectors of rules into an index.
func enter(x *selector.Index, rules []rule, quirks bool) (dropped bool) {
	for i := range rules {
		list := rules[i].frame.selectors(quirks)
		if list == nil {
			continue
		}
		for _, s := range list.Selectors {
			if x.Len() >= maxRules {
				return true
			}
			x.Add(s, int32(i))
		}
	}
	return false
}
