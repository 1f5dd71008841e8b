# SPDX-License-Identifier: Apache-2.0
# Sallyport's guard for bash >= 5.0. Fed on fd 0, a pipe, to: bash --noediting --norc --noprofile -l -i
# The shell's own parser reads ONLY this pipe, never the terminal. Exactly one line is in the pipe at any time: _sp puts
# the next one in before it reads a unit. If it is stopped earlier the pipe is empty and the shell exits.
# Markers are printed as the prompt of `read -s -d`, that is after it has switched echo and line mode off.
# Lines that begin with `#` do not travel. /dev/tty becomes the terminal's own path.
_sp_1=$PS1 _sp_2=$PS2 PS1= PS2=
_sp(){
{ local - _s=$? LC_ALL=C IFS=' ' _f _h _w _x _o _k=0; set +aefuvx; } 2>/dev/null
# Fails here, before the line below is fed, if somebody made it readonly: the pipe ends, the shell exits.
_sp_u=
\unset -f builtin read printf eval unset alias declare exit set 2>/dev/null
builtin printf '%s\n' '\_sp;\eval "$_sp_u" </dev/tty;\_sp_c' >/dev/fd/0 || builtin exit 97
_sp_o P "$_s;$PWD"
while :;do
_f=;IFS= builtin read -r -s -d $'\036' -p "$_o" _f </dev/tty 2>/dev/tty||{ [[ $_f ]]||((++_k<4))||builtin exit 98;continue;}
_o=
# Without a live challenge it is reported, never run.
case $_f in *":sp1 $_sp_n "*);;*)_sp_o S "$_f";continue;;esac
_x=${_f%%":sp1 $_sp_n "*};_f=${_f#*":sp1 $_sp_n "}
_h=${_f%%$'\n'*};_f=${_f#*$'\n'};_w=${_f%%$'\n'*};_f=${_f#*$'\n'}
# The challenge is spent, whatever follows.
set -f;set -- $_h;_sp_m=$1 _sp_n=$2
[[ $_x ]]&&_sp_o S "$_x"
_h=;case $4 in *q*)_h=Q;;esac;[[ ${#_f} == "$3" ]]||_h=B
case $4 in *e*)builtin printf -v _f %b "$_f";;esac
for _x in $_w;do if [[ ${BASH_ALIASES[$_x]+a} ]]||builtin declare -F -- "$_x" >/dev/null;then _h=${_h:-R};fi;done
case $_h in '')break;;R)_sp_o R "$(for _x in $_w;do builtin alias -- "$_x" 2>/dev/null;builtin declare -f -- "$_x";done)";;
*)_sp_o $_h '';;esac
done
# Accepted: from here on the person's keys belong to the unit.
_sp_o A '';builtin printf %s "$_o" >/dev/tty
_sp_u=$_f
case $- in *e*)_s=0;;esac
return $_s
}
_sp_o(){ _o=$_o$'\033]7717;'$_sp_m\;$1\;${2:0:60000}$'\033]7717;'$_sp_m$';E\007';}
# After every unit: the parser must still be on the pipe (a unit may have closed bash's saved fd 0).
_sp_c(){ _sp_s=$?;[[ -p /dev/fd/0 ]]||builtin exit 96;return $_sp_s;}
readonly -f _sp _sp_o _sp_c
set +H;BASH_ARGV0=-bash
_sp_u= ;[ -r /etc/profile ]&&_sp_u='. /etc/profile
';for _sp_f in ~/.bash_profile ~/.bash_login ~/.profile;do [ -r $_sp_f ]&&{ _sp_u="$_sp_u. $_sp_f";break;};done;unset _sp_f
# `set -o vi` crashes bash when its input is no terminal: skip it while the person's files are read (the bastion edits).
shopt -s extdebug;trap '[[ $BASH_COMMAND != set\ [-+]o\ @(vi|emacs) ]]' DEBUG
bind(){ :;};_sp_o B;printf %s "$_o" >/dev/tty;PS1=$_sp_1 PS2=$_sp_2;unset _o _sp_1 _sp_2;\eval "$_sp_u" </dev/tty
case $(trap -p DEBUG) in *'set\ [-+]o'*)trap - DEBUG;;esac;shopt -u extdebug;unset -f bind;\_sp_c;\_sp;\eval "$_sp_u" </dev/tty;\_sp_c
