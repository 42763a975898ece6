import { module } from "../../kernel/operation.ts";
import { resumeAfterHandBack, resumeConversation } from "./dialogue/hand-over.ts";
import { abandonConversation, openAiTurn, replyToCustomer } from "./dialogue/jobs.ts";
import { handBackConversation, takeOverConversation } from "./dialogue/who-speaks.ts";
import { createLead } from "./leads/create-lead.ts";
import { leadReactions, markLeadBooked, noteLeadBooking } from "./leads/lead-reactions.ts";
import { getLead, leadsCrud } from "./leads/leads.crud.ts";
import { updateLead, updateLeadStatus } from "./leads/update-lead-status.ts";
import { generateAiReply } from "./respond/generate-ai-reply.ts";
import { getConversationSummary } from "./summary/get-conversation-summary.ts";
import { traces } from "../../kernel/row-kinds.ts";

export const receptionist = module({
  name: "receptionist",
  operations: [
    leadsCrud.list,
    getLead,
    updateLead,
    createLead,
    updateLeadStatus,
    takeOverConversation,
    handBackConversation,
    getConversationSummary,
    generateAiReply,
  ],
  jobs: [
    openAiTurn,
    replyToCustomer,
    abandonConversation,
    resumeConversation,
    markLeadBooked,
    noteLeadBooking,
  ] as never,
  rows: traces("leads", "lead_events", "receptionist_dialogues"),
  reactions: [...leadReactions, resumeAfterHandBack],
});
