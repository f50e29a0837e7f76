--- A copy with its progress shown.

local m = {}

--- Calls copy(progress) and tells the report about it under `label`; what copy returns is passed
-- on.
function m.run(ctx, label, copy)
    local report = ctx.report
    local done = copy(function(bytes) report:progress(label, bytes) end)
    report:finish(label, type(done) == "table" and done.bytes or nil)
    return done
end

return m
