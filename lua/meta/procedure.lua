---@meta

--- Procedures: named steps that sites edit by name. `p` is what a drop-in gets: `local p = ...`.
--- A step is {name, title, objects, when, check, run, undo}: all checks run before the first run;
--- undo of the steps that are done runs in reverse when a later one fails. Since 0.3.0.
---@class procedure
procedure = {}

--- Makes a procedure.
--- > local p = procedure.new("demo", { title = "A demo", lock = false, env = "optional" })
--- > assert(#p:steps() == 0)
---@param name string
---@param options? table title, summary, arguments, options, env, lock, failed or exit
---@return procedure
function procedure.new(name, options) end

--- The procedure NAME of the search path, not run.
--- > assert(procedure.define("backup"):has "publish")
---@param name string
---@return procedure
function procedure.define(name) end

--- True while a script is loaded to be looked at and not to be run (hosskeep steps).
--- > assert(procedure.defining() == false)
---@return boolean
function procedure.defining() end

--- Runs a chunk that ends in p:main(...) and returns p, not run.
--- > local chunk = load "return require('hosskeep.procedure').new('x'):main()"
--- > assert(procedure.receive(chunk, "x").name == "x")
---@param chunk function
---@param name string
---@return procedure
function procedure.receive(chunk, name) end

--- Adds a step at the end; what a procedure's own script does.
--- > p:step { name = "d", title = "Step d", run = function(ctx) end }
---@param step table
---@return procedure
function p:step(step) end

--- Adds a step at the end, as an edit.
--- > p:append { name = "site.notify", run = function(ctx) ctx:note "done" end }
---@param step table
---@return procedure
function p:append(step) end

--- Adds a step before the named one.
--- > p:insert_before("b", { name = "site.x", run = function(ctx) end })
---@param name string
---@param step table
---@return procedure
function p:insert_before(name, step) end

--- Adds a step after the named one.
--- > p:insert_after("b", { name = "site.x", run = function(ctx) end })
---@param name string
---@param step table
---@return procedure
function p:insert_after(name, step) end

--- Puts another step, or another run function, in the place of the named one. Its wraps stay.
--- > p:replace("b", function(ctx) ctx:note "mine" end)
---@param name string
---@param step table|function
---@return procedure
function p:replace(name, step) end

--- Puts a function around a step: base() runs what the step is by then.
--- > p:wrap("b", function(ctx, base) ctx:note "before"; base(); ctx:note "after" end)
---@param name string
---@param fn fun(ctx: ctx, base: function)
---@return procedure
function p:wrap(name, fn) end

--- Takes a step out.
--- > p:remove "b"
---@param name string
---@return procedure
function p:remove(name) end

--- Leaves a step in the list and skips it, with a reason that is told.
--- > p:disable("b", "there is no ldap here")
---@param name string
---@param reason string
---@return procedure
function p:disable(name, reason) end

--- Moves a step.
--- > p:move("a", { after = "c" })
---@param name string
---@param to table before=NAME or after=NAME
---@return procedure
function p:move(name, to) end

--- Keeps an old name of a step valid.
--- > p:alias("alpha", "a")
--- > assert(p:has "alpha")
---@param old string
---@param new string
---@return procedure
function p:alias(old, new) end

--- Declares an option of this procedure's command line; ctx.options has its value.
--- > p:option { name = "tape", value = "DEVICE", help = "also write it to a tape" }
---@param declaration table name, short, value (a word, or false), help, setting
---@return procedure
function p:option(declaration) end

--- True when there is a step of that name.
--- > assert(p:has "a" and not p:has "zzz")
---@param name string
---@return boolean
function p:has(name) end

--- A step by name; raises when there is none.
--- > assert(p:get("a").title == "Step a")
---@param name string
---@return table
function p:get(name) end

--- The place and the step of a name, or nil.
--- > assert(p:find "b" == 2)
---@param name string
---@return integer? index
---@return table? step
function p:find(name) end

--- The names of all steps in order.
--- > assert(table.concat(p:names(), " ") == "a b c")
---@return string[]
function p:names() end

--- The steps in order: name, title, disabled, origin, edits.
--- > assert(p:steps()[1].name == "a")
---@return table[]
function p:steps() end

--- Steps, edits and hashes of site scripts, as an archive's manifest has them.
--- > assert(p:describe().steps[1].name == "a")
---@return table
function p:describe() end

--- What a step runs now: its run inside its wraps.
--- > p:body(p:get "a")({})
---@param step table
---@return function
function p:body(step) end

--- The exit code of a failure that names none.
--- > assert(p:failure_exit {} == 5)
---@param ctx ctx
---@return integer
function p:failure_exit(ctx) end

--- Parses the command line and runs the procedure: the last line of its script.
--- > assert(p:main("--help") == 0)
---@param ... string
---@return integer exit
function p:main(...) end
